"""gentimes: rows of time ranges. Search Reference: "gentimes"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "gentimes",
        Kind.GENERATING,
        "",
        options("start:time end:time increment:string"),
        Flow.ONLY,
        ("starttime", "endtime", "starthuman", "endhuman"),
    )
)
