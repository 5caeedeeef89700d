"""fieldsummary: statistics of each field. Search Reference: "fieldsummary"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "fieldsummary",
        Kind.DATASET,
        "[fields]",
        options("maxvals:int"),
        Flow.ONLY,
        ("field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values"),
    )
)
