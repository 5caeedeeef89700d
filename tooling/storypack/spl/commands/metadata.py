"""metadata: hosts, sources or sourcetypes of an index, and when they were seen. Search Reference: "metadata"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "metadata",
        Kind.GENERATING,
        "",
        options(
            "type:hosts|sources|sourcetypes index:string splunk_server:string splunk_server_group:string "
            "datatype:all|event|metric"
        ),
        Flow.ONLY,
        ("firstTime", "lastTime", "recentTime", "totalCount", "type", "host", "source", "sourcetype"),
    )
)
