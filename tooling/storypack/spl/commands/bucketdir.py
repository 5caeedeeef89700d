"""bucketdir: file names gathered into their folders. Search Reference: "bucketdir"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "bucketdir",
        Kind.STREAMING,
        "",
        options("pathfield:field sizefield:field maxcount:int countfield:field sep:string"),
        Flow.ADDS,
        needs="pathfield sizefield",
    )
)
