"""crawl: the file system, for files to index. Search Reference: "crawl"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("crawl", Kind.GENERATING, "", flow=Flow.OPEN, internal=True, any_option=True))
