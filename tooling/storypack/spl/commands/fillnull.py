"""fillnull: a value where none is. Search Reference: "fillnull"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain, texts, word_texts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nulls import Names


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*texts(command))


def _filled(command: Plain, known: Names) -> Names:
    return known.union(word_texts(command))


plain(
    CommandFacts("fillnull", Kind.STREAMING, "[fields]", options("value:string"), Flow.ADDS),
    yields=_yields,
    filled=_filled,
)
