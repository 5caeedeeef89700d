"""Python values on their way into columns and back: numbers, text, lists of text, None."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from storypack.engine.sql import Kind

_EXACT = 2**53
"""Whole numbers beyond this lose digits as DOUBLE, so they stay text (account and event ids)."""


def column_kind(values: Iterable[Any]) -> Kind:
    """The narrowest kind that holds all values."""
    kind = Kind.NUMBER
    seen = False
    for value in values:
        if value is None:
            continue
        if isinstance(value, list | tuple):
            return Kind.MULTI
        seen = True
        if isinstance(value, bool | str | dict) or (isinstance(value, int) and abs(value) > _EXACT):
            kind = Kind.STRING
    if kind is Kind.NUMBER and not seen:
        return Kind.STRING
    # a list may still come after a text
    return Kind.MULTI if kind is Kind.STRING and any(isinstance(v, list | tuple) for v in values) else kind


def column_values(values: Iterable[Any], kind: Kind) -> list[Any]:
    """The values as a column of that kind holds them."""
    if kind is Kind.NUMBER:
        return [None if value is None else float(value) for value in values]
    if kind is Kind.MULTI:
        return [to_multi(value) for value in values]
    return [None if value is None else to_text(value) for value in values]


def to_multi(value: Any) -> list[str] | None:
    """A list of texts; None for nothing."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [to_text(one) for one in value if one is not None] or None
    return [to_text(value)]


def to_text(value: Any) -> str:
    """A value as Splunk shows it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def number_text(value: float) -> str:
    """A number without a needless point or exponent."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e30 else repr(value)


def from_column(value: Any) -> Any:
    """A cell of a result: whole numbers as int, a list of one value as that value."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e18 else value
    if isinstance(value, list):
        texts: Sequence[Any] = [one for one in value if one is not None]
        return texts[0] if len(texts) == 1 else list(texts) or None
    return value
