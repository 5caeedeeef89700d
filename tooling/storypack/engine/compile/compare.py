"""Comparing two values as eval does: numbers as numbers where both look like numbers, else text, minding case."""

from __future__ import annotations

import math
from collections.abc import Callable

from storypack.engine.sql import Kind, Sql, as_number, as_text, number_constant

_COMPARISONS = {"=": "=", "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def never_number(sql: Sql) -> bool:
    return sql.constant and isinstance(sql.value, str) and constant_number(sql) is None


def constant_number(sql: Sql) -> float | None:
    """The number that a literal is, as text or number; None if it is none or no literal."""
    if not sql.constant or sql.value is None:
        return None
    if isinstance(sql.value, float):
        return sql.value
    text = sql.value.strip()
    if text != sql.value or not text or text[-1] not in "0123456789.":
        return None
    if any(character not in "0123456789.+-eE" for character in text):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def compare(op: str, a: Sql, b: Sql) -> Sql:
    """`a op b` of eval: BOOL, null if a side is."""
    if Kind.NULL in (a.kind, b.kind):
        return Sql("CAST(NULL AS BOOLEAN)", Kind.BOOL)
    if a.kind is Kind.MULTI:
        return _unless_null(b, any_value(a, b.text, lambda one: compare(op, one, b).text))
    if b.kind is Kind.MULTI:
        return _unless_null(a, any_value(b, a.text, lambda one: compare(op, a, one).text))
    sign = _COMPARISONS[op]
    if Kind.BOOL in (a.kind, b.kind):
        return _compare_bool(sign, a, b)
    if a.kind is Kind.NUMBER and b.kind is Kind.NUMBER:
        return Sql(f"({a.text} {sign} {b.text})", Kind.BOOL)
    text = f"({as_text(a)} {sign} {as_text(b)})"
    if never_number(a) or never_number(b):
        return Sql(text, Kind.BOOL)
    x, y = _number(a), _number(b)
    return Sql(f"CASE WHEN {x} IS NOT NULL AND {y} IS NOT NULL THEN {x} {sign} {y} ELSE {text} END", Kind.BOOL)


def _unless_null(beside: Sql, condition: Sql) -> Sql:
    """The condition; null if what the values were compared with is."""
    if beside.constant:
        return condition
    return Sql(f"CASE WHEN {beside.text} IS NOT NULL THEN {condition.text} END", Kind.BOOL)


def _number(sql: Sql) -> str:
    value = constant_number(sql)
    return as_number(sql if value is None else number_constant(value))


def any_value(multi: Sql, beside: str, condition: Callable[[Sql], str]) -> Sql:
    """Whether the condition holds for one of the values. `beside` is other SQL in the condition."""
    variable = "v_"
    while variable in multi.text or variable in beside:
        variable += "_"
    one = Sql(variable, Kind.STRING)
    return Sql(f"(len(list_filter({multi.text}, lambda {variable}: {condition(one)})) > 0)", Kind.BOOL)


def _compare_bool(sign: str, a: Sql, b: Sql) -> Sql:
    if Kind.NUMBER in (a.kind, b.kind):
        return Sql(f"({as_number(a)} {sign} {as_number(b)})", Kind.BOOL)
    return Sql(f"(lower({as_text(a)}) {sign} lower({as_text(b)}))", Kind.BOOL)
