"""mvcombine: rows that differ in one field made one. Search Reference: "mvcombine"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import ONE_FIELD, first_word, plain

plain(
    CommandFacts("mvcombine", Kind.TRANSFORMING, "field", options("delim:string"), needs="field"),
    uses=first_word,
    wrong_words=ONE_FIELD,
)
