"""reverse: the rows from last to first. Search Reference: "reverse"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain, same_filled

plain(CommandFacts("reverse", Kind.DATASET, ""), filled=same_filled)
