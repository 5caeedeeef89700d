"""uniq: neighbours alike in everything made one. Search Reference: "uniq"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("uniq", Kind.DATASET, ""))
