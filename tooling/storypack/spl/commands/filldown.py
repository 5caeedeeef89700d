"""filldown: the last value that was there, where one is missing. Search Reference: "filldown"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("filldown", Kind.CENTRALIZED, "[fields]"))
