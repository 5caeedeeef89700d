"""tail: the last rows, from last to first. Search Reference: "tail"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import number, plain, same_filled

plain(CommandFacts("tail", Kind.DATASET, "[N]"), filled=same_filled, wrong_words=number)
