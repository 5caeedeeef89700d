"""makemv: a text cut into several values. Search Reference: "makemv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import ONE_FIELD, Plain, first_word, plain, word_texts
from storypack.spl.nulls import Names


def _filled(command: Plain, known: Names) -> Names:
    return known.difference(word_texts(command))


plain(
    CommandFacts(
        "makemv",
        Kind.STREAMING,
        "field",
        options("delim:string tokenizer:string allowempty:bool setsv:bool"),
        needs="field",
    ),
    uses=first_word,
    filled=_filled,
    wrong_words=ONE_FIELD,
)
