"""What formats share whose lines of comment say what the columns of the rows below are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from storypack.engine.events.event import NO_LABELS, CutEvent, Labels

_OWN = frozenset({"host", "source", "sourcetype", "index"})
_UNCLEAN = re.compile(r"[^A-Za-z0-9_]")


def field_name(column: str) -> str:
    """A column's name as Splunk's INDEXED_EXTRACTIONS has it: other signs than letters, digits and `_` become `_`, and
    what Splunk itself says of an event keeps its name (`host` becomes `extracted_host`)."""
    name = _UNCLEAN.sub("_", column).strip("_")
    return f"extracted_{name}" if name in _OWN else name


def row_event(
    raw: str, position: int, fields: Mapping[str, Any], *, time: float | None = None, labels: Labels = NO_LABELS
) -> CutEvent:
    """An event of a row with its columns; those that are lists have several values."""
    multi = tuple(name for name, value in fields.items() if isinstance(value, list))
    return CutEvent(raw, position, json.dumps(fields, ensure_ascii=False), time=time, labels=labels, multi=multi)


def broken_row(raw: str, position: int, columns: Sequence[str], values: Sequence[str], labels: Labels) -> CutEvent:
    """An event of a row that has more or fewer values than there are columns."""
    fields = {name: value for name, value in zip(columns, values, strict=False) if value not in ("", "-")}
    return CutEvent(raw, position, json.dumps(fields, ensure_ascii=False), broken=True, labels=labels)
