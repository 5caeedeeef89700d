"""fromjson: the members of a JSON object as fields. Search Reference: "fromjson"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import ONE_FIELD, first_word, plain

plain(
    CommandFacts("fromjson", Kind.STREAMING, "field", options("prefix:string"), Flow.OPEN, needs="field"),
    uses=first_word,
    wrong_words=ONE_FIELD,
)
