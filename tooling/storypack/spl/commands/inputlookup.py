"""inputlookup: the rows of a lookup. Search Reference: "inputlookup"."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset, appended
from storypack.spl.nodes import Command, MacroCall, Option, Term, Word, node
from storypack.spl.printing import text
from storypack.spl.printing.terms import term as print_term
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.terms import search_term
from storypack.spl.tokens import ARGUMENTS, SEARCH, Reader


@command(
    CommandFacts(
        "inputlookup",
        Kind.GENERATING,
        "table [WHERE terms]",
        options("append:bool strict:bool start:int max:int"),
        Flow.OPEN,
    )
)
@node(frozen=True, slots=True)
class Inputlookup(Command):
    table: Word | MacroCall
    where: Term | None = None
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Inputlookup:
        reader.begin(ARGUMENTS)
        given: list[Option] = []
        table: Word | MacroCall | None = None
        where: Term | None = None
        while not reader.at_end:
            if reader.kind == "option":
                given.append(args.option(reader))
            elif table is None:
                table = args.word_or_macro(reader, "the name of a lookup")
            elif reader.is_word("where"):
                where = _where(reader)
            else:
                break
        if table is None:
            reader.fail("`inputlookup` names no table", "write `inputlookup table`")
        return cls(table, where, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        where = f"where {print_term(self.where)}" if self.where else ""
        return join("inputlookup", *text.options(self.options), text.word(self.table), where)

    def yields(self, state: Fieldset, tables: Tables, inner: Sequence[Fieldset] = ()) -> Fieldset:
        columns = tables.lookups.get(self.table.text, ()) if isinstance(self.table, Word) else ()
        made = Fieldset(frozenset(columns), (), closed_by=None) if columns else Fieldset(frozenset(), ("*",))
        return appended(made, state, self.options)


def _where(reader: Reader) -> Term:
    """The condition behind the `where` at the current token, to the end of the stage."""
    place = reader.span
    reader.begin(SEARCH)
    term = search_term(reader)
    if reader.value == ")":
        reader.fail("this `)` closes nothing", "take it away, or add the `(`")
    if term is None:
        reader.fail_if_stray()
        raise SplError("`where` needs a condition", place, "add one, or take `where` away")
    reader.again(ARGUMENTS)
    return term
