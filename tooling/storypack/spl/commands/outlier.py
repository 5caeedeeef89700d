"""outlier: numbers far from the others cut off or taken away. Search Reference: "outlier"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "outlier",
        Kind.DATASET,
        "[fields]",
        options("action:remove|transform|rm|tf mark:bool param:num uselower:bool type:iqr"),
    )
)
