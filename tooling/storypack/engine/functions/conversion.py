"""Search Reference: Conversion functions."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, FunctionError, function
from storypack.engine.functions.shapes import literal_text, number, per_value, single
from storypack.engine.sql import Kind, Sql, as_bool, as_number, as_text


@function("tonumber", 1, 2)
def tonumber(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The number that a text is, in a base of 2 to 36; null where it is none."""
    if args[0].kind is Kind.NUMBER:
        return args[0]
    if len(args) == 1 or args[1].value == 10:
        return number(as_number(args[0]))
    if args[1].constant and not (isinstance(args[1].value, float) and 2 <= args[1].value <= 36):
        raise FunctionError("function `tonumber`: the base must be a number between 2 and 36")
    return number(f"spl_tonumber({single(args[0])}, {as_number(args[1])})")


@function("todouble", 1, 2)
def todouble(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """As tonumber."""
    return tonumber(args, context)


@function("toint", 1, 2)
def toint(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """tonumber, rounded down."""
    return number(f"floor({tonumber(args, context).text})")


@function("tostring", 1, 2)
def tostring(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """A number or a truth value as text; formats: hex, binary, commas, duration. Text stays what it is."""
    if len(args) == 1:
        return args[0] if args[0].kind is Kind.MULTI else Sql(as_text(args[0]), Kind.STRING)
    known = literal_text(args[1])
    if known is None or known not in ("hex", "binary", "commas", "duration"):
        raise FunctionError('function `tostring`: the format must be "hex", "binary", "commas" or "duration"')
    if args[0].kind is Kind.NUMBER:
        return Sql(f"spl_{known}({args[0].text})", Kind.STRING)
    if known == "commas":
        return per_value(args[0], _with_commas)
    return per_value(args[0], lambda text: f"coalesce(spl_{known}(spl_number({text})), {text})")


def _with_commas(text: str) -> str:
    """A number that is written with decimals keeps two of them, if they are zeros, too."""
    number = f"spl_number({text})"
    form = f"CASE WHEN contains({text}, '.') THEN format('{{:,.2f}}', {number}) ELSE spl_commas({number}) END"
    return f"CASE WHEN {number} IS NULL THEN {text} ELSE {form} END"


@function("tobool", 1)
def tobool(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """`true`, `True` and numbers other than 0; `false`, `False` and 0; null for all else."""
    if args[0].kind in (Kind.BOOL, Kind.NUMBER):
        return Sql(as_bool(args[0]), Kind.BOOL)
    text = single(args[0])
    return Sql(
        f"CASE WHEN {text} IN ('true', 'True') THEN TRUE WHEN {text} IN ('false', 'False') THEN FALSE "
        f"ELSE spl_number({text}) <> 0 END",
        Kind.BOOL,
    )


@function("printf", 1, None)
def printf(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """C's sprintf."""
    values = ", ".join(as_text(arg) for arg in args[1:])
    return Sql(f"spl_printf({as_text(args[0])}, CAST([{values}] AS VARCHAR[]))", Kind.STRING)


@function("ipmask", 2)
def ipmask(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The address (second) with the bits of the mask (first)."""
    return per_value(args[1], lambda text: f"spl_ipmask({as_text(args[0])}, {text})")


@function("toarray", 1)
def toarray(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """A multivalue, or text that is a JSON array, as JSON array."""
    if args[0].kind is Kind.MULTI:
        return Sql(f"spl_json_from_list({args[0].text}, TRUE)", Kind.STRING)
    return Sql(f"spl_json_of_type({as_text(args[0])}, 'array')", Kind.STRING)


@function("toobject", 1)
def toobject(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Text that is a JSON object, as JSON object."""
    return Sql(f"spl_json_of_type({single(args[0])}, 'object')", Kind.STRING)


@function("tomv", 1)
def tomv(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The elements of a JSON array, texts in their quotes."""
    if args[0].kind is Kind.MULTI:
        return args[0]
    return Sql(f"spl_json_to_list({as_text(args[0])}, TRUE)", Kind.MULTI)
