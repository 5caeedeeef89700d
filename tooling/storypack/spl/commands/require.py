"""require: an error where there are no results. Search Reference: "require"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("require", Kind.ORCHESTRATING, ""))
