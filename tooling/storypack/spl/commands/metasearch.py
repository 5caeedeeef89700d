"""metasearch: metadata of events that match. Search Reference: "metasearch"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "metasearch",
        Kind.GENERATING,
        "terms",
        options("savedsearch:string"),
        Flow.ONLY,
        ("host", "source", "sourcetype", "index", "splunk_server", "_time"),
        any_option=True,
    )
)
