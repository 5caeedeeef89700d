"""audit: events of the local audit log. Search Reference: "audit"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("audit", Kind.GENERATING, "", flow=Flow.OPEN))
