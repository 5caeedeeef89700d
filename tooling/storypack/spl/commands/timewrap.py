"""timewrap: periods of a timechart beside each other. Search Reference: "timewrap"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "timewrap",
        Kind.DATASET,
        "span",
        options("align:now|end time_format:string series:relative|short|exact"),
        Flow.OPEN,
        needs="_time",
    )
)
