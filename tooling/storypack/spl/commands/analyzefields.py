"""analyzefields: how well numeric fields foretell another. Search Reference: "analyzefields"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "analyzefields",
        Kind.DATASET,
        "",
        options("classfield:field"),
        Flow.ONLY,
        ("field", "count", "cocur", "acc", "balacc"),
        "classfield",
        aliases=("af",),
    )
)
