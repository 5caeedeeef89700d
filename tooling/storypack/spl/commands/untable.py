"""untable: columns as rows, the inverse of xyseries. Search Reference: "untable"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import Plain, count_of, first_word, plain, texts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.only(texts(command), command)


plain(
    CommandFacts("untable", Kind.STREAMING, "x_field name_field value_field", flow=Flow.ONLY, needs="x_field"),
    uses=first_word,
    yields=_yields,
    wrong_words=count_of(3, 3, "the row field, a name for the column names and a name for the values"),
)
