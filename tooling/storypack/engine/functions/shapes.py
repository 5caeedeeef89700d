"""What the families share: one value or several, one kind out of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from storypack.engine.sql import Kind, Sql, as_multi, as_number, as_text

ONE = "one_"
"""The variable of a lambda over a multivalue's values."""


def per_value(arg: Sql, apply: Callable[[str], str]) -> Sql:
    """A function of one text, applied to each value of a multivalue."""
    if arg.kind is Kind.MULTI:
        return Sql(f"list_transform({arg.text}, lambda {ONE}: {apply(ONE)})", Kind.MULTI)
    return Sql(apply(as_text(arg)), Kind.STRING)


def any_value(arg: Sql, condition: Callable[[str], str]) -> Sql:
    """A condition on one text: of a multivalue, whether it holds for any of its values."""
    if arg.kind is Kind.MULTI:
        return Sql(f"(len(list_filter({arg.text}, lambda {ONE}: {condition(ONE)})) > 0)", Kind.BOOL)
    return Sql(condition(as_text(arg)), Kind.BOOL)


def single(arg: Sql) -> str:
    """VARCHAR of a function that has no meaning for several values: null for these."""
    return f"spl_single({arg.text})" if arg.kind is Kind.MULTI else as_text(arg)


def unify(args: Sequence[Sql]) -> tuple[Kind, list[str]]:
    """The one kind that holds the values of all arguments, and their SQL in it."""
    kinds = {arg.kind for arg in args} - {Kind.NULL}
    if not kinds:
        return Kind.NULL, ["NULL" for _ in args]
    if Kind.MULTI in kinds:
        return Kind.MULTI, [as_multi(arg) for arg in args]
    kind = kinds.pop() if len(kinds) == 1 else Kind.STRING
    if kind is Kind.STRING:
        return kind, [as_text(arg) for arg in args]
    return kind, [f"CAST(NULL AS {kind.duckdb})" if arg.kind is Kind.NULL else arg.text for arg in args]


def number(text: str) -> Sql:
    return Sql(text, Kind.NUMBER)


def numbers(args: Sequence[Sql]) -> list[str]:
    return [as_number(arg) for arg in args]


def literal_text(arg: Sql) -> str | None:
    """The text of a literal; None where the value is only known row by row."""
    return arg.value if arg.constant and isinstance(arg.value, str) else None


def literal_number(arg: Sql) -> float | None:
    return arg.value if arg.constant and isinstance(arg.value, float) else None
