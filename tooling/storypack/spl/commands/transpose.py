"""transpose: rows as columns. Search Reference: "transpose"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import columns_from_values, number, plain

plain(
    CommandFacts(
        "transpose", Kind.DATASET, "[N]", options("column_name:field header_field:field include_empty:bool"), Flow.OPEN
    ),
    yields=columns_from_values(0),
    wrong_words=number,
)
