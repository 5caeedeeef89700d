"""cofilter: how many users two items have in common. Search Reference: "cofilter"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "cofilter",
        Kind.TRANSFORMING,
        "field1 field2",
        flow=Flow.ONLY,
        yields=("Item 1", "Item 1 user count", "Item 2", "Item 2 user count", "Pair count"),
        needs="fields",
    )
)
