"""fields. Search Reference: "fields"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.fields.names import Tables, matches
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, field_names, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(CommandFacts("fields", Kind.STREAMING, "[+|-] fields", flow=Flow.REMOVES, needs="fields"))
@node(frozen=True, slots=True)
class Fields(Command):
    """`fields [+|-] list`."""

    remove: bool
    fields: tuple[Field | MacroCall, ...]

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Fields:
        reader.begin(ARGUMENTS)
        remove = args.sign(reader) == "-"
        names = args.fields(reader)
        if not names:
            reader.fail_if_stray()
            reader.fail("`fields` names no field", "list the fields to keep, or `- list` to remove some")
        return cls(remove, names, span=Span(start, reader.before))

    def to_spl(self) -> str:
        return join("fields", "-" if self.remove else "", text.fields(self.fields))

    def uses(self) -> Iterator[Use]:
        yield from (Use(use.name, use.span, self.remove) for use in of(*self.fields))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        names = field_names(self.fields)
        if self.remove:
            return state.minus([name for name in names if name != "*"], self)
        # `fields` keeps the internal fields, whatever is asked for. Search Reference: "fields".
        internal = [name for name in state.known if name.startswith("_")]
        return state.kept([*names, *internal, *(["_*"] if state.is_open else [])], self)

    def filled(self, known: Names) -> Names:
        named = [each.name for each in self.fields if isinstance(each, Field)]
        taken = frozenset(name for name in known if any(matches(pattern, name) for pattern in named))
        return known - taken if self.remove else taken | (known & {"_time", "_raw"})
