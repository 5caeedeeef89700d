"""mpreview: raw data points of metrics. Search Reference: "mpreview"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "mpreview",
        Kind.GENERATING,
        "",
        options(
            "filter:string index:string splunk_server:string splunk_server_group:string earliest:time latest:time "
            "chunk_size:int target_per_timeseries:int"
        ),
        Flow.OPEN,
        aliases=("msearch",),
        anywhere=True,
    )
)
