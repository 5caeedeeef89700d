"""Rows against what a test expects: numbers as numbers, JSON as JSON, everything else as text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any


def same_value(found: Any, expected: Any) -> bool:
    """Whether two values mean the same: numbers to a relative 1e-6 ("3" is 3), text that is JSON whatever the order of
    its keys, other text letter for letter, several values one by one in order; one value equals a list of it, and null
    equals only null.

    >>> same_value("3", 3.0000001), same_value('{"a": 1, "b": 2}', '{"b":2,"a":1}'), same_value("A", "a")
    (True, True, False)
    """
    if found is None or expected is None:
        return found is None and expected is None
    if isinstance(found, list) or isinstance(expected, list):
        left, right = _listed(found), _listed(expected)
        return len(left) == len(right) and all(map(same_value, left, right))
    left_number, right_number = number(found), number(expected)
    if left_number is not None and right_number is not None:
        return math.isclose(left_number, right_number, rel_tol=1e-6)
    left_text, right_text = _text(found), _text(expected)
    if left_text == right_text:
        return True
    left_json, right_json = _json(left_text), _json(right_text)
    return left_json is not None and left_json == right_json


def matches(row: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether a row has all the values that are expected of it; what it holds beyond them does not matter."""
    return all(same_value(row.get(name), value) for name, value in expected.items())


def nearest(rows: Sequence[Mapping[str, Any]], expected: Mapping[str, Any]) -> int:
    """The row (its number from 0) that has most of the expected values; the first of several."""
    return max(
        range(len(rows)),
        key=lambda at: (sum(same_value(rows[at].get(name), value) for name, value in expected.items()), -at),
    )


def number(value: Any) -> float | None:
    """The number that a value is or looks like; None for other text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        found = float(value) if isinstance(value, str) and value.strip() == value and "_" not in value else None
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _json(text: str) -> Any:
    if text[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
