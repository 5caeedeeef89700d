"""fieldformat: how a field is shown. Search Reference: "fieldformat"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.eval import Assignment, assignment, assignment_to_spl
from storypack.spl.fields.uses import Use, of, of_expression
from storypack.spl.nodes import Command, node
from storypack.spl.nulls import Names
from storypack.spl.source import Span
from storypack.spl.tokens import ARGUMENTS, Reader


@command(CommandFacts("fieldformat", Kind.STREAMING, "field=expression", needs="fields of the expression"))
@node(frozen=True, slots=True)
class Fieldformat(Command):
    """`fieldformat field=expression`: how a field is shown; its value stays."""

    assignment: Assignment

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Fieldformat:
        reader.begin(ARGUMENTS)
        return cls(assignment(reader), span=Span(start, reader.before))

    def to_spl(self) -> str:
        return f"fieldformat {assignment_to_spl(self.assignment)}"

    def uses(self) -> Iterator[Use]:
        yield from of(self.assignment.target)
        yield from of_expression(self.assignment.value)

    def filled(self, known: Names) -> Names:
        return known
