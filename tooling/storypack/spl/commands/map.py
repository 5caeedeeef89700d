"""map: a search for each row. Search Reference: "map"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, Option, Word, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, STRING, Reader

_PROPER = re.compile(rf"(?s){STRING}(?=[\s|\],]|\Z)").match


_SEARCH_IS = re.compile(r'(?i)search\s*+=\s*+"').match


@command(
    CommandFacts(
        "map",
        Kind.DATASET,
        'search="template" | name | [ template ]',
        options("search:string savedsearch:string maxsearches:int"),
        Flow.OPEN,
        needs="fields of the template",
        risky=True,
    )
)
@node(frozen=True, slots=True)
class MapSearch(Command):
    """`map search="..." maxsearches=n`, or `map [ ... ]`; `template` is the text with its `$field$` tokens."""

    template: str
    options: tuple[Option, ...] = ()

    has_subsearches: ClassVar[bool] = True

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> MapSearch:
        """The template is the text of `search="..."` or of the brackets; the name of a saved search is an option."""
        reader.begin(ARGUMENTS)
        given: list[Option] = []
        template: str | None = None
        while not reader.at_end:
            if reader.kind == "option" and (loose := _loose_template(reader)) is not None:
                template = loose
            elif reader.kind == "option":
                option = args.option(reader)
                if option.name == "search" and isinstance(option.value, Word):
                    template = option.value.text
                else:
                    given.append(option)
            elif template is not None:
                break
            elif reader.value == "[":
                template = args.template(reader)
            else:
                saved = args.word_or_macro(reader)
                given.append(Option("savedsearch", saved, span=saved.span))
                template = ""
        if template is None:
            reader.fail("`map` has no search", 'write `map search="search user=$user$"`')
        return cls(template, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        saved = any(each.name == "savedsearch" for each in self.options)
        written = [text.word(each.value) if each.name == "savedsearch" else text.option(each) for each in self.options]
        return join("map", "" if saved else f"search={text.double(self.template)}", *written)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.only((), self, ["*"])


def _loose_template(reader: Reader) -> str | None:
    """The text of `search="..."` when quotes inside it are not escaped: it ends at the last quote of the stage. None
    for a text in proper quotes; the reader goes on behind the text."""
    opening = _SEARCH_IS(reader.text, reader.start)
    proper = _PROPER(reader.text, opening.end() - 1) if opening else None
    if opening is None or proper is not None:
        return None
    reader.end = opening.end() - 1
    end = opening.end() - 1 + len(reader.raw_until(""))
    last = reader.text.rindex('"', 0, end)
    reader.match = ARGUMENTS
    reader.skip_to(last + 1)
    return reader.text[opening.end() : last].replace('\\"', '"')
