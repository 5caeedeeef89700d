"""scrub: names and numbers made anonymous. Search Reference: "scrub"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "scrub",
        Kind.STREAMING,
        "",
        options(
            "public-terms:string private-terms:string name-terms:string dictionary:string timeconfig:string "
            "namespace:string"
        ),
        needs="_raw",
    )
)
