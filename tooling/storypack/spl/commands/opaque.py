"""Commands whose arguments stay as written: those of apps, and those that nobody knows. `opaque(...)` enters one."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.spl import catalogue
from storypack.spl.cards import Card, enter
from storypack.spl.catalogue.model import CommandFacts, Flow
from storypack.spl.commands.deferred import bracketed
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import Command, Pipeline, node
from storypack.spl.printing.text import join
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@node(frozen=True, slots=True)
class Opaque(Command):
    """A command that the catalogue does not know (or knows as free text): its arguments as written."""

    name: str
    text: str
    pipelines: tuple[Pipeline, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Opaque:
        """The arguments as written; brackets that hold a search are read as well."""
        reader.match = ARGUMENTS
        begin = reader.end
        text = reader.raw_until("")
        end = begin + len(text.rstrip())
        inner = tuple(pipeline for _, _, pipeline in bracketed(reader, begin, end))
        return cls(name, text.strip(), inner, span=Span(start, end))

    def to_spl(self) -> str:
        return join(self.name, self.text)

    def begins(self) -> Fieldset:
        """What an app makes: any field may be there."""
        return Fieldset(frozenset(), ("*",))

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        facts = catalogue.command(self.name)
        if facts is not None and facts.flow is Flow.SAME:
            return state
        adds = facts.yields if facts is not None and facts.flow is Flow.ADDS else ()
        return state.plus(*adds) if adds else state.opened()


def opaque(facts: CommandFacts) -> None:
    """Enter a command."""
    enter(Card(facts, Opaque, reads_arguments=False))
