"""outputcsv: results into a CSV file. Search Reference: "outputcsv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "outputcsv",
        Kind.DATASET,
        "[file]",
        options("append:bool create_empty:bool override_if_empty:bool dispatch:bool usexml:bool singlefile:bool"),
        risky=True,
    )
)
