"""sendalert: an alert action. Search Reference: "sendalert"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "sendalert",
        Kind.DATASET,
        "action",
        options("results_link:string results_path:string"),
        risky=True,
        any_option=True,
    )
)
