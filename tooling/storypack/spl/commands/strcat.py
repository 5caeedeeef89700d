"""strcat: fields and texts joined. Search Reference: "strcat"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, count_of, last_word, plain
from storypack.spl.fields.uses import Use
from storypack.spl.nodes import Word


def _uses(command: Plain) -> Iterator[Use]:
    for word in command.words[:-1]:
        if isinstance(word, Word) and not word.quoted:
            yield Use(word.text, word.span)


plain(
    CommandFacts(
        "strcat", Kind.STREAMING, "sources name", options("allrequired:bool"), Flow.ADDS, needs="source fields"
    ),
    uses=_uses,
    yields=last_word,
    wrong_words=count_of(2, None, "fields or texts, and the field to put them into"),
)
