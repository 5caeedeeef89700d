"""overlap: gaps and overlaps in a summary index. Search Reference: "overlap"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("overlap", Kind.DATASET, "", flow=Flow.OPEN, internal=True))
