"""Search Reference: Informational functions.

A field's text that looks like a number is a number; a literal in double quotes is text whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import single
from storypack.engine.sql import Kind, Sql, as_number


def _bool(text: str) -> Sql:
    return Sql(text, Kind.BOOL)


def _is_text(arg: Sql) -> bool:
    return arg.constant and isinstance(arg.value, str)


@function("isnull", 1)
def isnull(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True if the value is null."""
    return _bool(f"({args[0].text} IS NULL)")


@function("isnotnull", 1)
def isnotnull(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True unless the value is null."""
    return _bool(f"({args[0].text} IS NOT NULL)")


@function("isbool", 1)
def isbool(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of a condition; fields never hold one."""
    return _bool("TRUE" if args[0].kind is Kind.BOOL else "FALSE")


@function("isnum", 1)
def isnum(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of a number."""
    if _is_text(args[0]) or args[0].kind is Kind.BOOL:
        return _bool("FALSE")
    return _bool(f"({as_number(args[0])} IS NOT NULL)")


@function("isint", 1)
def isint(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of a whole number."""
    if _is_text(args[0]) or args[0].kind is Kind.BOOL:
        return _bool("FALSE")
    return _bool(f"coalesce(spl_is_whole({as_number(args[0])}), FALSE)")


@function("isdouble", 1)
def isdouble(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of a number that is not whole."""
    if _is_text(args[0]) or args[0].kind is Kind.BOOL:
        return _bool("FALSE")
    return _bool(f"coalesce(NOT spl_is_whole({as_number(args[0])}), FALSE)")


@function("isstr", 1)
def isstr(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of a text that is no number."""
    if _is_text(args[0]):
        return _bool("TRUE")
    if args[0].kind in (Kind.BOOL, Kind.NUMBER, Kind.NULL):
        return _bool("FALSE")
    return _bool(f"({args[0].text} IS NOT NULL AND {as_number(args[0])} IS NULL)")


@function("ismv", 1)
def ismv(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of several values."""
    return _bool(f"coalesce(len({args[0].text}) > 1, FALSE)" if args[0].kind is Kind.MULTI else "FALSE")


@function("isarray", 1)
def isarray(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of the text of a JSON array."""
    return _bool(f"(spl_json_of_type({single(args[0])}, 'array') IS NOT NULL)")


@function("isobject", 1)
def isobject(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """True of the text of a JSON object."""
    return _bool(f"(spl_json_of_type({single(args[0])}, 'object') IS NOT NULL)")


@function("typeof", 1)
def typeof(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """`Number`, `String`, `Bool`, `Multivalue`, or `Invalid` for what is not there."""
    arg = args[0]
    if arg.kind is Kind.NULL:
        return Sql("'Invalid'", Kind.STRING)
    if arg.kind in (Kind.BOOL, Kind.NUMBER) or _is_text(arg):
        known = {Kind.BOOL: "Bool", Kind.NUMBER: "Number"}.get(arg.kind, "String")
        return Sql(f"CASE WHEN {arg.text} IS NULL THEN 'Invalid' ELSE '{known}' END", Kind.STRING)
    several = f"WHEN len({arg.text}) > 1 THEN 'Multivalue' " if arg.kind is Kind.MULTI else ""
    return Sql(
        f"CASE WHEN {arg.text} IS NULL THEN 'Invalid' {several}"
        f"WHEN {as_number(arg)} IS NOT NULL THEN 'Number' ELSE 'String' END",
        Kind.STRING,
    )
