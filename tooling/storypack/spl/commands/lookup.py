"""lookup. Search Reference: "lookup"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Node, Option, Word, node
from storypack.spl.nulls import NONE, Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@node(frozen=True, slots=True)
class Mapping(Node):
    """`source AS target`; `target` None when there is no AS. In `lookup` inputs, `source` is the table's field."""

    source: Field
    target: Field | None = None


@command(
    CommandFacts(
        "lookup",
        Kind.STREAMING,
        "table field [AS event_field] ... [OUTPUT|OUTPUTNEW field [AS event_field] ...]",
        options("local:bool update:bool event_time_field:field"),
        Flow.ADDS,
        needs="event fields",
    )
)
@node(frozen=True, slots=True)
class Lookup(Command):
    """`lookup [options] table field [AS event_field] ... [OUTPUT|OUTPUTNEW field [AS event_field] ...]`; no `outputs`
    means all fields of the table, also behind an `output` word."""

    table: Word | MacroCall
    inputs: tuple[Mapping, ...]
    output: Literal["", "OUTPUT", "OUTPUTNEW"] = ""
    outputs: tuple[Mapping, ...] = ()
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Lookup:
        reader.begin(ARGUMENTS)
        given = args.options(reader)
        if reader.at_end:
            reader.fail("`lookup` names no table", "write `lookup table field OUTPUT other`")
        table = args.word_or_macro(reader, "the name of a lookup")
        inputs = _mappings(reader)
        if not inputs:
            reader.fail(
                "`lookup` has no field to look up", "write `lookup table field`, or `lookup table column AS field`"
            )
        output: Literal["", "OUTPUT", "OUTPUTNEW"] = ""
        outputs: tuple[Mapping, ...] = ()
        if reader.is_word("output", "outputnew"):
            output = "OUTPUT" if reader.value.upper() == "OUTPUT" else "OUTPUTNEW"
            reader.advance()
            outputs = _mappings(reader)  # none means all of them, as without the word
        return cls(table, inputs, output, outputs, given, span=Span(start, reader.before))

    def to_spl(self) -> str:
        inputs = ", ".join(_to_spl(each) for each in self.inputs)
        outputs = ", ".join(_to_spl(each) for each in self.outputs)
        table = text.word(self.table)
        return join("lookup", *text.options(self.options), table, inputs, self.output, outputs)

    def uses(self) -> Iterator[Use]:
        yield from of(*(mapping.target or mapping.source for mapping in self.inputs))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        if self.outputs:
            return state.plus(*((mapping.target or mapping.source).name for mapping in self.outputs))
        columns = tables.lookups.get(self.table.text, ()) if isinstance(self.table, Word) else ()
        return state.plus(*columns) if columns else state.opened()

    def filled(self, known: Names) -> Names:
        outputs = frozenset((mapping.target or mapping.source).name for mapping in self.outputs)
        if not outputs:
            return NONE
        return known if self.output == "OUTPUTNEW" else known - outputs


def _mappings(reader: Reader) -> tuple[Mapping, ...]:
    mappings: list[Mapping] = []
    args.skip_comma(reader)
    while reader.kind in ("word", "string", "quoted") and not reader.is_word("output", "outputnew"):
        source = args.field(reader)
        target = args.alias(reader)
        mappings.append(Mapping(source, target, span=Span(source.span.start, reader.before)))
        args.skip_comma(reader)
    return tuple(mappings)


def _to_spl(node: Mapping) -> str:
    source = text.field(node.source)
    return f"{source} AS {text.field(node.target)}" if node.target else source
