"""bin, also called bucket and discretize. Search Reference: "bin"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, Option, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(
    CommandFacts(
        "bin",
        Kind.STREAMING,
        "field [AS name]",
        options("span:span bins:int minspan:span start:num end:num aligntime:time"),
        Flow.ADDS,
        needs="field",
        aliases=("bucket", "discretize"),
    )
)
@node(frozen=True, slots=True)
class Bin(Command):
    """bin, also called bucket and discretize."""

    field: Field
    alias: Field | None = None
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Bin:
        reader.begin(ARGUMENTS)
        given = list(args.options(reader))
        if reader.at_end:
            reader.fail(f"`{name}` names no field", f"write for example `{name} _time span=1h`")
        field = args.field(reader)
        given.extend(args.options(reader))
        renamed = args.alias(reader)
        given.extend(args.options(reader))
        return cls(field, renamed, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        alias = f"as {text.field(self.alias)}" if self.alias else ""
        return join("bin", *text.options(self.options), text.field(self.field), alias)

    def uses(self) -> Iterator[Use]:
        yield from of(self.field)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        return state.plus(self.alias.name) if self.alias else state

    def filled(self, known: Names) -> Names:
        return known
