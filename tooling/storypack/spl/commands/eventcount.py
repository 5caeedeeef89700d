"""eventcount: how many events an index holds. Search Reference: "eventcount"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "eventcount",
        Kind.GENERATING,
        "",
        options("index:string summarize:bool report_size:bool list_vix:bool list_federated_remote:bool"),
        Flow.ONLY,
        ("count", "index", "server", "size_bytes", "provider", "type"),
    )
)
