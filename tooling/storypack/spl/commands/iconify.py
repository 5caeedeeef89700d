"""iconify: icons for values. Search Reference: "iconify"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("iconify", Kind.STREAMING, "fields", needs="fields"))
