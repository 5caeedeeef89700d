"""findtypes: suggestions for event types. Search Reference: "findtypes"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts("findtypes", Kind.DATASET, "", options("max:int notcovered:bool useraw:bool"), Flow.ONLY, needs="_raw")
)
