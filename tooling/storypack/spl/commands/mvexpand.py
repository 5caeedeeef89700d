"""mvexpand: a row for each value of a field. Search Reference: "mvexpand"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import ONE_FIELD, Plain, first_word, plain, word_texts
from storypack.spl.nulls import Names


def _filled(command: Plain, known: Names) -> Names:
    return known.union(word_texts(command))


plain(
    CommandFacts("mvexpand", Kind.STREAMING, "field", options("limit:int"), needs="field"),
    uses=first_word,
    filled=_filled,
    wrong_words=ONE_FIELD,
)
