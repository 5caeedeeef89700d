"""createrss: an RSS entry for each result. Search Reference: "createrss"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "createrss",
        Kind.DATASET,
        "",
        options("path:field name:field link:field descr:field count:int graceful:bool"),
        internal=True,
    )
)
