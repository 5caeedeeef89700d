"""sort. Search Reference: "sort"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.spl import arguments as args
from storypack.spl.cards import command
from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.fields.uses import Use, of
from storypack.spl.nodes import Command, Field, MacroCall, Node, Option, Word, node
from storypack.spl.nulls import Names
from storypack.spl.printing import text
from storypack.spl.printing.text import join
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, Reader

_KINDS = ("auto", "str", "ip", "num")


@node(frozen=True, slots=True)
class SortKey(Node):
    """`kind` is one of `'' auto str ip num`."""

    field: Field
    descending: bool = False
    kind: str = ""


@command(
    CommandFacts("sort", Kind.DATASET, "[N] [+|-] fields [desc]", options("limit:int"), needs="fields", any_option=True)
)
@node(frozen=True, slots=True)
class Sort(Command):
    """`limit` None = the default of 10,000; 0 = all. `reverse` = the trailing `desc`. Splunk passes over `options`."""

    keys: tuple[SortKey | MacroCall, ...]
    limit: int | None = None
    reverse: bool = False
    options: tuple[Option, ...] = ()

    @classmethod
    def read(cls, reader: Reader, name: str, start: int) -> Sort:
        reader.begin(ARGUMENTS)
        keys: list[SortKey | MacroCall] = []
        given: list[Option] = []
        limit: int | None = None
        reverse = False
        while not reader.at_end:
            if reader.kind == "option" and reader.value.lower() == "limit":
                limit = _limit(args.option(reader))
            elif keys and reader.is_word("desc", "d") and _last_word(reader):
                reverse = True
                reader.advance()
            elif limit is None and not keys and (count := args.number(reader)) is not None:
                limit = count
            elif reader.kind == "option":
                given.append(args.option(reader))
            else:
                keys.append(sort_key(reader))
            args.skip_comma(reader)
        if not keys:
            reader.fail("`sort` names no field", "write `sort - field`, or `sort 0 field` for all results")
        return cls(tuple(keys), limit, reverse, tuple(given), span=Span(start, reader.before))

    def to_spl(self) -> str:
        limit = "" if self.limit is None else str(self.limit)
        return join(
            "sort",
            limit,
            *text.options(self.options),
            ", ".join(key_to_spl(key) for key in self.keys),
            "desc" if self.reverse else "",
        )

    def uses(self) -> Iterator[Use]:
        yield from of(*(key.field for key in self.keys if isinstance(key, SortKey)))

    def filled(self, known: Names) -> Names:
        return known


def _last_word(reader: Reader) -> bool:
    rest = reader.text[reader.end : reader.end + 200].lstrip()
    return rest[:1] in ("|", "]", "")


def _limit(given: Option) -> int:
    if isinstance(given.value, Word) and given.value.text.isdecimal():
        return int(given.value.text[:18])
    raise SplError("`limit=` needs a whole number", given.span, "write for example `limit=100`; 0 is no limit")


def sort_key(reader: Reader) -> SortKey | MacroCall:
    """`[+|-] field`, `[+|-] num(field)`, or a macro."""
    start = reader.start
    sign = args.sign(reader)
    if reader.kind == "macro" and not sign:
        return args.field_or_macro(reader)  # type: ignore[return-value]
    if reader.kind == "word" and reader.called() and reader.value.lower() in _KINDS:
        kind = reader.value.lower()
        reader.advance()
        opener = reader.start
        reader.advance()
        field = args.field(reader)
        if reader.value != ")":
            reader.fail_unclosed(")", "(", opener)
        reader.advance()
        return SortKey(field, sign == "-", kind, span=Span(start, reader.before))
    field = args.field(reader)
    return SortKey(field, sign == "-", span=Span(start, reader.before))


def key_to_spl(node: SortKey | MacroCall) -> str:
    if isinstance(node, MacroCall):
        return text.macro(node)
    name = text.field(node.field)
    if name.lower() in ("d", "desc") or re.match(r"(?:auto|str|ip|num)\(", name):
        name = text.double(name)
    return ("-" if node.descending else "") + (f"{node.kind}({name})" if node.kind else name)
