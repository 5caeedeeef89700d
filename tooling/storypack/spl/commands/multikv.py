"""multikv: rows of a table that an event prints. Search Reference: "multikv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain, raw_event

plain(
    CommandFacts(
        "multikv",
        Kind.STREAMING,
        "[fields names] [filter terms]",
        options("conf:string copyattrs:bool forceheader:int multitable:bool noheader:bool rmorig:bool"),
        Flow.OPEN,
        needs="_raw",
    ),
    uses=raw_event,
)
