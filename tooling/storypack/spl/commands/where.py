"""where. Search Reference: "where"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.expressions import whole_expression
from storypack.spl.fields.uses import Use, of_expression
from storypack.spl.nodes import Command, Expr, node
from storypack.spl.nulls import Names, guarded
from storypack.spl.printing.expressions import expression as print_expression
from storypack.spl.source import Span
from storypack.spl.tokens import Reader


@command(CommandFacts("where", Kind.STREAMING, "condition", needs="fields of the condition"))
@node(frozen=True, slots=True)
class Where(Command):
    condition: Expr

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Where:
        condition = whole_expression(reader)
        return cls(condition, span=Span(start, reader.before))

    def to_spl(self) -> str:
        return f"where {print_expression(self.condition)}"

    def uses(self) -> Iterator[Use]:
        yield from of_expression(self.condition)

    def filled(self, known: Names) -> Names:
        return known | guarded(self.condition)
