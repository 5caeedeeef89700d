"""Values of several kinds in one column."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.sql import Kind, Sql, as_multi, as_number, as_text


def common_kind(kinds: Sequence[Kind]) -> Kind:
    """The narrowest kind that can hold values of all these kinds."""
    present = {kind for kind in kinds if kind is not Kind.NULL}
    if Kind.MULTI in present:
        return Kind.MULTI
    return Kind.NUMBER if present == {Kind.NUMBER} else Kind.STRING


def coerce(sql: Sql, kind: Kind) -> str:
    """The SQL of a value as that kind."""
    if kind is Kind.MULTI:
        return as_multi(sql)
    return as_number(sql) if kind is Kind.NUMBER else as_text(sql)


def unify(values: Sequence[Sql]) -> tuple[Kind, list[str]]:
    """The common kind, and each value's SQL in it."""
    kind = common_kind([value.kind for value in values])
    return kind, [coerce(value, kind) for value in values]
