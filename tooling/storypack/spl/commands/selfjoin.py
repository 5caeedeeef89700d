"""selfjoin: rows joined with others of the same results. Search Reference: "selfjoin"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import all_words, count_of, plain

plain(
    CommandFacts(
        "selfjoin", Kind.DATASET, "fields", options("overwrite:bool max:int keepsingle:bool"), Flow.OPEN, needs="fields"
    ),
    uses=all_words,
    wrong_words=count_of(1, None, "the fields to join by"),
)
