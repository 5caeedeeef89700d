"""head. Search Reference: "head"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.expressions import expression
from storypack.spl.fields.uses import Use, of_expression
from storypack.spl.nodes import Command, Expr, Field, Option, String, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.expressions import expression as print_expression
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader


@command(CommandFacts("head", Kind.CENTRALIZED, "[N | (condition)]", options("limit:int null:bool keeplast:bool")))
@node(frozen=True, slots=True)
class Head(Command):
    """`head [n | (condition)] [limit=] [null=] [keeplast=]`."""

    count: int | None = None
    condition: Expr | None = None
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Head:
        reader.begin(ARGUMENTS)
        given = _head_options(reader)
        count = args.number(reader)
        condition = None
        if count is None and not reader.at_end:
            opener = reader.value
            if opener == "[":
                args.word(reader, "a number or a condition")
            reader.again(EVAL)
            condition = expression(reader)
            if opener != "(" and isinstance(condition, Field | String):
                cure = "write `head 10`, or a condition such as `head count<5`"
                raise SplError("`head` takes a number or a condition", condition.span, cure)
            reader.again(ARGUMENTS)
        given += _head_options(reader)
        return cls(count, condition, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        count = "" if self.count is None else str(self.count)
        condition = f"({print_expression(self.condition)})" if self.condition else ""
        return join("head", count, condition, *text.options(self.options))

    def uses(self) -> Iterator[Use]:
        if self.condition is not None:
            yield from of_expression(self.condition)

    def filled(self, known: Names) -> Names:
        return known


def _head_options(reader: Reader) -> list[Option]:
    """The options at hand; any other `name=` begins a condition (`head x=5`)."""
    options = []
    while reader.kind == "option" and reader.value.lower() in ("limit", "null", "keeplast"):
        options.append(args.option(reader))
        args.skip_comma(reader)
    return options
