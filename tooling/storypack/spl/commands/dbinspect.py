"""dbinspect: the buckets of an index. Search Reference: "dbinspect"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "dbinspect",
        Kind.GENERATING,
        "",
        options("index:string span:span timeformat:string corruptonly:bool cached:bool"),
        Flow.ONLY,
        (
            "bucketId",
            "corruptReason",
            "endEpoch",
            "eventCount",
            "guId",
            "hostCount",
            "id",
            "index",
            "modTime",
            "path",
            "rawSize",
            "sizeOnDiskMB",
            "sourceCount",
            "sourceTypeCount",
            "splunk_server",
            "startEpoch",
            "state",
            "tsidxState",
        ),
    )
)
