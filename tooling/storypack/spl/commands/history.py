"""history: searches of this user before. Search Reference: "history"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "history",
        Kind.GENERATING,
        "",
        options("events:bool"),
        Flow.ONLY,
        (
            "_time",
            "api_et",
            "api_lt",
            "event_count",
            "exec_time",
            "is_realtime",
            "result_count",
            "scan_count",
            "search",
            "search_et",
            "search_lt",
            "sid",
            "splunk_server",
            "status",
            "total_run_time",
        ),
    )
)
