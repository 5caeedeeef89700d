"""Search Reference: Text functions. Those without meaning for several values work on each of them, `len` is null."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.comparison import pattern_sql
from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import literal_text, number, per_value, single
from storypack.engine.readings import reading
from storypack.engine.sql import NULL, Kind, Sql, as_number, as_text, quote
from storypack.engine.udf.re2 import replace_sql
from storypack.engine.udf.spath import spath_sql

BLANKS = quote(" \t")


@function("len", 1)
def len_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The number of code points."""
    return number(f"CAST(length({single(args[0])}) AS DOUBLE)")


@function("length", 1)
def length(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return len_(args, context)


@function("lower", 1)
def lower(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return per_value(args[0], lambda text: f"lower({text})")


@function("upper", 1)
def upper(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return per_value(args[0], lambda text: f"upper({text})")


def _trim(name: str, args: Sequence[Sql]) -> Sql:
    characters = as_text(args[1]) if len(args) > 1 else BLANKS
    return per_value(args[0], lambda text: f"{name}({text}, {characters})")


@function("trim", 1, 2)
def trim(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Without the given characters, else spaces and tabs, at both ends."""
    return _trim("trim", args)


@function("ltrim", 1, 2)
def ltrim(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return _trim("ltrim", args)


@function("rtrim", 1, 2)
def rtrim(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return _trim("rtrim", args)


@function("replace", 3)
def replace(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Every match of a regular expression replaced; `\\1` in the replacement is its first group."""
    pattern, known, replacement = pattern_sql("replace", args[1]), literal_text(args[1]), literal_text(args[2])
    if known is not None and replacement is not None:
        return per_value(args[0], lambda text: replace_sql(text, known, replacement))
    return per_value(args[0], lambda text: f"spl_replace({text}, {pattern}, {as_text(args[2])})")


@function("substr", 2, 3)
def substr(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """From a position on, counted from 1, below zero from the end (as SQLite does); the rest, or so many characters."""
    start = f"TRY_CAST({as_number(args[1])} AS INTEGER)"
    if reading("substr-zero") == "first":
        start = f"coalesce(nullif({start}, 0), {start} + 1)"
    if len(args) == 2:
        return per_value(args[0], lambda text: f"substr({text}, {start})")
    size = f"TRY_CAST({as_number(args[2])} AS INTEGER)"
    return per_value(args[0], lambda text: f"substr({text}, {start}, {size})")


@function("urldecode", 1)
def urldecode(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """`%41` made `A`."""
    return per_value(args[0], lambda text: f"spl_urldecode({text})")


@function("spath", 2)
def spath(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """What stands at a path of JSON or XML."""
    if args[0].kind is Kind.NULL:
        return NULL
    path = literal_text(args[1])
    if path is not None:
        return Sql(spath_sql(single(args[0]), path), Kind.MULTI)
    return Sql(f"spl_spath({single(args[0])}, {as_text(args[1])})", Kind.MULTI)
