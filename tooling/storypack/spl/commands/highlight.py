"""highlight: words to be marked where the events are shown. Search Reference: "highlight"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("highlight", Kind.STREAMING, "words"))
