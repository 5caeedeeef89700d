"""localize: time ranges around results. Search Reference: "localize"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "localize",
        Kind.DATASET,
        "",
        options("maxpause:span timeafter:span timebefore:span"),
        Flow.ONLY,
        ("starttime", "endtime"),
    )
)
