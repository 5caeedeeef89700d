"""walklex: terms and fields of an index. Search Reference: "walklex"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "walklex",
        Kind.GENERATING,
        "",
        options(
            "type:all|field|fieldvalue|term prefix:string pattern:string index:string splunk_server:string "
            "splunk_server_group:string"
        ),
        Flow.ONLY,
        ("field", "term", "distinct_values", "count"),
    )
)
