"""tscollect: results into a tsidx namespace. Search Reference: "tscollect"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "tscollect", Kind.DATASET, "", options("namespace:string squashcase:bool keepresults:bool"), risky=True
    )
)
