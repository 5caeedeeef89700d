"""concurrency: how many events go on at a time. Search Reference: "concurrency"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_of, plain

plain(
    CommandFacts(
        "concurrency",
        Kind.DATASET,
        "",
        options("duration:field start:field output:field"),
        Flow.ADDS,
        ("concurrency",),
        "duration",
    ),
    yields=field_of("output", "concurrency"),
)
