"""addinfo: fields about the search itself. Search Reference: "addinfo"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "addinfo",
        Kind.STREAMING,
        "",
        flow=Flow.ADDS,
        yields=("info_min_time", "info_max_time", "info_sid", "info_search_time"),
    )
)
