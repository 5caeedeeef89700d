"""typelearner: suggestions for event types, replaced by findtypes. Search Reference: "typelearner"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("typelearner", Kind.DATASET, "[grouping field]", options("max:int"), Flow.OPEN, internal=True))
