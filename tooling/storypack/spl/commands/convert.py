"""convert. Search Reference: "convert"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, Node, Option, node
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@node(frozen=True, slots=True)
class ConvertCall(Node):
    """`func(field) [as alias]` of convert; `field` may hold wildcards."""

    func: str
    field: Field
    alias: Field | None = None


@command(
    CommandFacts(
        "convert",
        Kind.STREAMING,
        "function(field) [AS name] ...",
        options("timeformat:string"),
        Flow.ADDS,
        needs="fields",
    )
)
@node(frozen=True, slots=True)
class Convert(Command):
    calls: tuple[ConvertCall, ...]
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Convert:
        reader.begin(ARGUMENTS)
        calls: list[ConvertCall] = []
        given: list[Option] = []
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            else:
                calls.append(_convert_call(reader))
            args.skip_comma(reader)
        if not calls:
            reader.fail("`convert` has nothing to convert", "write for example `convert ctime(field)`")
        return cls(tuple(calls), tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        calls = [
            f"{each.func}({text.field(each.field)})" + (f" as {text.field(each.alias)}" if each.alias else "")
            for each in self.calls
        ]
        return join("convert", *text.options(self.options), ", ".join(calls))

    def uses(self) -> Iterator[Use]:
        yield from of(*(call.field for call in self.calls))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.plus(*(call.alias.name for call in self.calls if call.alias))


def _convert_call(reader: Reader) -> ConvertCall:
    start, func = reader.start, reader.value.lower()
    if reader.kind != "word" or not reader.called():
        reader.expected("a conversion such as `ctime(field)`")
    reader.advance()
    opener = reader.start
    reader.advance()
    field = args.field(reader)
    if reader.value != ")":
        reader.fail_unclosed(")", "(", opener)
    reader.advance()
    renamed = args.alias(reader)
    return ConvertCall(func, field, renamed, span=Span(start, reader.before))
