"""table: these fields, in this order. Search Reference: "table"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import Plain, all_words, plain, texts, word_texts
from storypack.spl.fields.names import Tables, matches
from storypack.spl.fields.state import Fieldset
from storypack.spl.nulls import Names


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.kept(texts(command), command)


def _filled(command: Plain, known: Names) -> Names:
    return frozenset(name for name in known if any(matches(pattern, name) for pattern in word_texts(command)))


plain(
    CommandFacts("table", Kind.TRANSFORMING, "fields", flow=Flow.ONLY, needs="fields"),
    uses=all_words,
    yields=_yields,
    filled=_filled,
)
