"""fields, rename, sort, dedup, head, top and rare, bin, replace, convert, return: commands over lists of fields."""

from __future__ import annotations

from typing import Literal

from storypack.spl import arguments as args
from storypack.spl import tree
from storypack.spl.expressions import expression
from storypack.spl.source import Span, SplError
from storypack.spl.tokens import ARGUMENTS, EVAL, Reader
from storypack.spl.tree import (
    Bin,
    Convert,
    ConvertCall,
    Dedup,
    Field,
    Fields,
    Head,
    MacroCall,
    Option,
    Rename,
    Replace,
    Return,
    ReturnItem,
    Sort,
    SortKey,
    Top,
    Word,
)

_KINDS = ("auto", "str", "ip", "num")


def fields(reader: Reader, name: str, start: int) -> Fields:
    reader.begin(ARGUMENTS)
    remove = _sign(reader) == "-"
    found = args.fields(reader)
    if not found:
        reader.fail_if_stray()
        reader.fail("`fields` names no field", "list the fields to keep, or `- list` to remove some")
    return Fields(remove, found, span=Span(start, reader.before))


def _sign(reader: Reader) -> Literal["", "+", "-"]:
    """A sign at the head of the current word, which is then without it."""
    if reader.kind != "word" or reader.value[0] not in "+-":
        return ""
    sign: Literal["+", "-"] = "-" if reader.value[0] == "-" else "+"
    reader.end = reader.start + 1
    reader.advance()
    return sign


def rename(reader: Reader, name: str, start: int) -> Rename:
    reader.begin(ARGUMENTS)
    pairs: list[tuple[Field, Field] | MacroCall] = []
    args.skip_comma(reader)
    while not reader.at_end:
        source = _old_name(reader)
        if isinstance(source, MacroCall):
            pairs.append(source)
        else:
            pairs.append((source, _renamed(reader, source)))
        args.skip_comma(reader)
    if not pairs:
        reader.fail("`rename` names no field", "write `rename old as new`")
    return Rename(tuple(pairs), span=Span(start, reader.before))


def _old_name(reader: Reader) -> Field | MacroCall:
    """A field or macro; a name may be quoted in part: `a."b c"`."""
    name = args.field_or_macro(reader)
    if isinstance(name, Field) and not name.quoted and reader.kind == "string" and reader.start == reader.before:
        rest = args.field(reader)
        return Field(name.name + rest.name, True, span=name.span.to(rest.span))
    return name


def _renamed(reader: Reader, source: Field) -> Field:
    """The new name behind `as`, which may also be written `to` or `->`, with a stray comma before it."""
    args.skip_comma(reader)
    target = args.alias(reader, ("as", "to", "->"))
    if target is None:
        reader.expected(f"`as` after `{source.name}`", "write `rename old as new`; names with blanks need quotes")
    return target


def sort(reader: Reader, name: str, start: int) -> Sort:
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
    return Sort(tuple(keys), limit, reverse, tuple(given), span=Span(start, reader.before))


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
    sign = _sign(reader)
    if reader.kind == "macro" and not sign:
        return args.field_or_macro(reader)  # type: ignore[return-value]
    if reader.kind == "word" and reader.called() and reader.value.lower() in _KINDS:
        kind = reader.value.lower()
        reader.advance()
        opener = reader.start
        reader.advance()
        found = args.field(reader)
        if reader.value != ")":
            reader.fail_unclosed(")", "(", opener)
        reader.advance()
        return SortKey(found, sign == "-", kind, span=Span(start, reader.before))
    found = args.field(reader)
    return SortKey(found, sign == "-", span=Span(start, reader.before))


def dedup(reader: Reader, name: str, start: int) -> Dedup:
    reader.begin(ARGUMENTS)
    count = args.number(reader)
    found: list[Field | MacroCall] = []
    given: list[Option] = []
    keys: list[SortKey] = []
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.is_word("sortby") and found:
            reader.advance()
            while not reader.at_end and reader.kind != "option":
                key = sort_key(reader)
                if isinstance(key, MacroCall):
                    raise SplError("`sortby` takes fields, no macro", key.span, "name the fields")
                keys.append(key)
                args.skip_comma(reader)
        else:
            found.append(args.field_or_macro(reader))
        args.skip_comma(reader)
    if not found:
        reader.fail("`dedup` names no field", "write `dedup field`")
    span = Span(start, reader.before)
    return Dedup(tuple(found), 1 if count is None else count, tuple(given), tuple(keys), span=span)


def head(reader: Reader, name: str, start: int) -> Head:
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
        if opener != "(" and isinstance(condition, tree.Field | tree.String):
            cure = "write `head 10`, or a condition such as `head count<5`"
            raise SplError("`head` takes a number or a condition", condition.span, cure)
        reader.again(ARGUMENTS)
    given += _head_options(reader)
    return Head(count, condition, tuple(given), span=Span(start, reader.before))


def _head_options(reader: Reader) -> list[Option]:
    """The options at hand; any other `name=` begins a condition (`head x=5`)."""
    found = []
    while reader.kind == "option" and reader.value.lower() in ("limit", "null", "keeplast"):
        found.append(args.option(reader))
        args.skip_comma(reader)
    return found


def top(reader: Reader, name: str, start: int) -> Top:
    reader.begin(ARGUMENTS)
    found: list[Field | MacroCall] = []
    by: tuple[Field | MacroCall, ...] = ()
    given: list[Option] = []
    count: int | None = None
    while not reader.at_end:
        if reader.kind == "option":
            given.append(args.option(reader))
        elif reader.is_word("by") and found:
            by = args.by_clause(reader)
        elif not found and count is None and (number := args.number(reader)) is not None:
            count = number
        elif by:
            break
        else:
            found.append(args.field_or_macro(reader))
        args.skip_comma(reader)
    if not found and not given:
        reader.fail(f"`{name}` names no field", f"write `{name} field`")
    return Top(name, tuple(found), by, count, tuple(given), span=Span(start, reader.before))


def bin_(reader: Reader, name: str, start: int) -> Bin:
    reader.begin(ARGUMENTS)
    given = list(args.options(reader))
    if reader.at_end:
        reader.fail(f"`{name}` names no field", f"write for example `{name} _time span=1h`")
    found = args.field(reader)
    given.extend(args.options(reader))
    renamed = args.alias(reader)
    given.extend(args.options(reader))
    return Bin(found, renamed, tuple(given), span=Span(start, reader.before))


def replace(reader: Reader, name: str, start: int) -> Replace:
    reader.begin(ARGUMENTS)
    pairs: list[tuple[Word, Word]] = []
    found: tuple[Field, ...] = ()
    while not reader.at_end:
        if reader.is_word("in") and pairs:
            reader.advance()
            listed = args.fields(reader)
            found = tuple(each for each in listed if isinstance(each, Field))
            if not found or len(found) != len(listed):
                reader.fail("`in` needs field names", "write `replace a with b in field`")
            break
        old = args.word(reader)
        if not reader.is_word("with"):
            reader.expected("`with`", "write `replace old with new in field`")
        reader.advance()
        pairs.append((old, args.word(reader)))
        args.skip_comma(reader)
    if not pairs:
        reader.fail("`replace` has nothing to replace", "write `replace old with new in field`")
    return Replace(tuple(pairs), found, span=Span(start, reader.before))


def convert(reader: Reader, name: str, start: int) -> Convert:
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
    return Convert(tuple(calls), tuple(given), span=Span(start, reader.before))


def _convert_call(reader: Reader) -> ConvertCall:
    start, func = reader.start, reader.value.lower()
    if reader.kind != "word" or not reader.called():
        reader.expected("a conversion such as `ctime(field)`")
    reader.advance()
    opener = reader.start
    reader.advance()
    found = args.field(reader)
    if reader.value != ")":
        reader.fail_unclosed(")", "(", opener)
    reader.advance()
    renamed = args.alias(reader)
    return ConvertCall(func, found, renamed, span=Span(start, reader.before))


def return_(reader: Reader, name: str, start: int) -> Return:
    reader.begin(ARGUMENTS)
    count = args.number(reader)
    items: list[ReturnItem] = []
    while not reader.at_end:
        first = reader.start
        if reader.kind == "option":
            alias = reader.value
            reader.end = reader.text.index("=", reader.end) + 1
            reader.advance()
            items.append(ReturnItem(args.field(reader), alias, span=Span(first, reader.before)))
        elif reader.kind == "word" and reader.value[0] == "$" and reader.text[first + 1 : first + 2].strip():
            reader.end = first + 1
            reader.advance()
            items.append(ReturnItem(args.field(reader), value_only=True, span=Span(first, reader.before)))
        else:
            items.append(ReturnItem(args.field(reader), span=Span(first, reader.before)))
        args.skip_comma(reader)
    return Return(tuple(items), count, span=Span(start, reader.before))
