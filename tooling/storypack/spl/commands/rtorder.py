"""rtorder: events of a real-time search in order of time. Search Reference: "rtorder"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("rtorder", Kind.CENTRALIZED, "", options("discard:bool buffer_span:span max_buffer_size:int")))
