"""reltime: how long ago an event was, in words. Search Reference: "reltime"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "reltime", Kind.STREAMING, "", options("timefield:field prefix:string"), Flow.ADDS, ("reltime",), "_time"
    )
)
