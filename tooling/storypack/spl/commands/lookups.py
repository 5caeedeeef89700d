"""lookup and inputlookup. Search Reference: "lookup", "inputlookup"."""

from __future__ import annotations

from typing import Literal

from storypack.spl import arguments as args
from storypack.spl.source import Span, SplError
from storypack.spl.terms import search_term
from storypack.spl.tokens import ARGUMENTS, SEARCH, Reader
from storypack.spl.tree import Inputlookup, Lookup, MacroCall, Mapping, Option, Term, Word


def lookup(reader: Reader, name: str, start: int) -> Lookup:
    reader.begin(ARGUMENTS)
    given = args.options(reader)
    if reader.at_end:
        reader.fail("`lookup` names no table", "write `lookup table field OUTPUT other`")
    table = args.word_or_macro(reader, "the name of a lookup")
    inputs = _mappings(reader)
    if not inputs:
        reader.fail("`lookup` has no field to look up", "write `lookup table field`, or `lookup table column AS field`")
    output: Literal["", "OUTPUT", "OUTPUTNEW"] = ""
    outputs: tuple[Mapping, ...] = ()
    if reader.is_word("output", "outputnew"):
        output = "OUTPUT" if reader.value.upper() == "OUTPUT" else "OUTPUTNEW"
        reader.advance()
        outputs = _mappings(reader)  # none means all of them, as without the word
    return Lookup(table, inputs, output, outputs, given, span=Span(start, reader.before))


def _mappings(reader: Reader) -> tuple[Mapping, ...]:
    found: list[Mapping] = []
    args.skip_comma(reader)
    while reader.kind in ("word", "string", "quoted") and not reader.is_word("output", "outputnew"):
        source = args.field(reader)
        target = args.alias(reader)
        found.append(Mapping(source, target, span=Span(source.span.start, reader.before)))
        args.skip_comma(reader)
    return tuple(found)


def inputlookup(reader: Reader, name: str, start: int) -> Inputlookup:
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
            where = where_term(reader)
        else:
            break
    if table is None:
        reader.fail("`inputlookup` names no table", "write `inputlookup table`")
    return Inputlookup(table, where, tuple(given), span=Span(start, reader.before))


def where_term(reader: Reader) -> Term:
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
