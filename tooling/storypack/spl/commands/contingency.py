"""contingency: a table of how often values of two fields meet. Search Reference: "contingency"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import all_words, columns_from_values, count_of, plain

plain(
    CommandFacts(
        "contingency",
        Kind.TRANSFORMING,
        "field1 field2",
        options("maxopts:int maxrows:int maxcols:int mincolcover:num minrowcover:num usetotal:bool totalstr:string"),
        Flow.OPEN,
        needs="fields",
        aliases=("counttable", "ctable"),
    ),
    uses=all_words,
    yields=columns_from_values(1),
    wrong_words=count_of(2, 2, "two fields"),
)
