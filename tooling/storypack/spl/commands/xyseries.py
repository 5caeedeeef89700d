"""xyseries: rows as columns, the inverse of untable. Search Reference: "xyseries"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import all_words, columns_from_values, count_of, plain

plain(
    CommandFacts(
        "xyseries",
        Kind.TRANSFORMING,
        "x_field name_field value_fields",
        options("grouped:bool sep:string format:string"),
        Flow.OPEN,
        needs="fields",
        aliases=("maketable",),
    ),
    uses=all_words,
    yields=columns_from_values(1),
    wrong_words=count_of(3, None, "the row field, the column field and the data fields"),
)
