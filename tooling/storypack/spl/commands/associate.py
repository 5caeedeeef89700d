"""associate: how much a field tells of another. Search Reference: "associate"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "associate",
        Kind.DATASET,
        "[fields]",
        options("supcnt:num supfreq:num improv:num"),
        Flow.ONLY,
        (
            "Reference_Key",
            "Reference_Value",
            "Target_Key",
            "Unconditional_Entropy",
            "Conditional_Entropy",
            "Entropy_Improvement",
            "Description",
            "Support",
        ),
    )
)
