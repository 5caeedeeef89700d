"""return: what a subsearch gives to the search around it. Search Reference: "return"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, Node, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@node(frozen=True, slots=True)
class ReturnItem(Node):
    field: Field
    alias: str = ""
    value_only: bool = False


@command(
    CommandFacts(
        "return",
        Kind.DATASET,
        "[N] field | name=field | $field ...",
        flow=Flow.ONLY,
        yields=("search",),
        needs="fields",
    )
)
@node(frozen=True, slots=True)
class Return(Command):
    """`return [n] items`: an item is `field`, `alias=field` or `$field`."""

    items: tuple[ReturnItem, ...]
    count: int | None = None

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Return:
        reader.begin(ARGUMENTS)
        count = args.number(reader)
        items: list[ReturnItem] = []
        while not reader.at_end:
            first = reader.start
            if reader.kind == "option":
                alias = reader.value
                reader.end = reader.text.index("=", reader.end) + 1
                reader.advance()
                items.append(ReturnItem(args.field(reader), alias, span=Span(first, reader.before)))
            elif reader.kind == "word" and reader.value[0] == "$" and reader.text[first + 1 : first + 2].strip():
                reader.end = first + 1
                reader.advance()
                items.append(ReturnItem(args.field(reader), value_only=True, span=Span(first, reader.before)))
            else:
                items.append(ReturnItem(args.field(reader), span=Span(first, reader.before)))
            args.skip_comma(reader)
        return cls(tuple(items), count, span=Span(start, reader.before))

    def to_spl(self) -> str:
        items = []
        for each in self.items:
            name = text.field(each.field)
            items.append(f"{each.alias}={name}" if each.alias else f"${name}" if each.value_only else name)
        return join("return", "" if self.count is None else str(self.count), ", ".join(items))

    def uses(self) -> Iterator[Use]:
        yield from of(*(item.field for item in self.items))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.only(["search"], self)
