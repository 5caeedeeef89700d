"""diff: the difference between two results. Search Reference: "diff"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "diff",
        Kind.DATASET,
        "",
        options("position1:int position2:int attribute:field diffheader:bool context:bool maxlen:int"),
        Flow.ONLY,
        ("_raw",),
    )
)
