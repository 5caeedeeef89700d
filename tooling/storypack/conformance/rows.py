"""Comparing rows as the format of the conformance cases says."""

from __future__ import annotations

import json
import math
from typing import Any


def same_value(expected: Any, found: Any) -> bool:
    """One cell: null, multivalue, number, JSON, text, in this order."""
    expected, found = _single(expected), _single(found)
    if expected is None or found is None:
        return expected is None and found is None
    if isinstance(expected, list) or isinstance(found, list):
        return (
            isinstance(expected, list)
            and isinstance(found, list)
            and len(expected) == len(found)
            and all(map(same_value, expected, found))
        )
    numbers = _number(expected), _number(found)
    if numbers[0] is not None and numbers[1] is not None:
        return math.isclose(numbers[0], numbers[1], rel_tol=1e-6)
    structures = _structure(expected), _structure(found)
    if structures[0] is not None and structures[1] is not None:
        return bool(structures[0] == structures[1])
    return str(expected) == str(found)


def same_row(fields: list[str], expected: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(same_value(expected.get(field), found.get(field)) for field in fields)


def difference(expected: dict[str, Any], found: list[dict[str, Any]]) -> str:
    """What is wrong with the rows of a search; empty if nothing is."""
    fields, wanted = expected["fields"], expected["rows"]
    shown = f"expected {json.dumps(wanted)}\n   found {json.dumps(found)}"
    if len(wanted) != len(found):
        return f"{len(found)} rows instead of {len(wanted)}\n{shown}"
    if expected.get("exact"):
        extra = {name for row in found for name, value in row.items() if value is not None and not name.startswith("_")}
        if extra - set(fields):
            return f"columns that should not be there: {sorted(extra - set(fields))}\n{shown}"
    left = list(found)
    for row in wanted:
        at = 0 if expected.get("ordered") else None
        candidates = left[:1] if at == 0 else left
        match = next((one for one in candidates if same_row(fields, row, one)), None)
        if match is None:
            return f"no such row: {json.dumps(row)}\n{shown}"
        left.remove(match)
    return ""


def _single(value: Any) -> Any:
    if isinstance(value, list):
        return None if not value else value[0] if len(value) == 1 else value
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _structure(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return None
    try:
        return json.loads(value)
    except ValueError:
        return None
