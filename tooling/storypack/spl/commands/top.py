"""top and rare, and their summary-index forms. Search Reference: "top", "rare"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Option, field_names, node, option_text
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader
from storypack.truth import OPTION

_TOP = "limit:int countfield:field percentfield:field showcount:bool showperc:bool useother:bool otherstr:string"


@command(
    CommandFacts(
        "top", Kind.TRANSFORMING, "[N] fields [BY fields]", options(_TOP), Flow.ONLY, ("count", "percent"), "fields"
    ),
    CommandFacts(
        "rare", Kind.TRANSFORMING, "fields [BY fields]", options(_TOP), Flow.ONLY, ("count", "percent"), "fields"
    ),
    CommandFacts("sitop", Kind.TRANSFORMING, "fields [BY fields]", options(_TOP), Flow.OPEN, needs="fields"),
    CommandFacts("sirare", Kind.TRANSFORMING, "fields [BY fields]", options(_TOP), Flow.OPEN, needs="fields"),
)
@node(frozen=True, slots=True)
class Top(Command):
    """top and rare: `name [n] [options] fields [by fields]`."""

    name: str
    fields: tuple[Field | MacroCall, ...]
    by: tuple[Field | MacroCall, ...] = ()
    count: int | None = None
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Top:
        reader.begin(ARGUMENTS)
        fields: list[Field | MacroCall] = []
        by: tuple[Field | MacroCall, ...] = ()
        given: list[Option] = []
        count: int | None = None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif reader.is_word("by") and fields:
                by = args.by_clause(reader)
            elif not fields and count is None and (number := args.number(reader)) is not None:
                count = number
            elif by:
                break
            else:
                fields.append(args.field_or_macro(reader))
            args.skip_comma(reader)
        if not fields and not given:
            reader.fail(f"`{name}` names no field", f"write `{name} field`")
        return cls(name, tuple(fields), by, count, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        count = "" if self.count is None else str(self.count)
        return join(self.name, count, *text.options(self.options), text.fields(self.fields), text.by(self.by))

    def uses(self) -> Iterator[Use]:
        yield from of(*self.fields, *self.by)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if self.name.startswith("si"):
            return state.opened()
        fields = [*field_names(self.fields), *field_names(self.by)]
        if not OPTION.is_false(option_text(self.options, "showcount")):
            fields.append(option_text(self.options, "countfield") or "count")
        if not OPTION.is_false(option_text(self.options, "showperc")):
            fields.append(option_text(self.options, "percentfield") or "percent")
        return state.only(fields, self)

    def wrong_words(self) -> str:
        return "" if self.fields else f"`{self.name}` takes the fields to count"
