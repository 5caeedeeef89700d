"""INGEST_EVAL: eval expressions over events before they are stored, run by the engine over many events at once.

transforms.conf.spec: assignments run one after the other, each seeing what the ones before it gave. `=` gives an
indexed field one more value, `:=` its only one (null takes the field away); `_raw`, `_time`, `index`, `host`, `source`,
`sourcetype` and `queue` are replaced either way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storypack.engine.errors import EngineError
from storypack.engine.ingest.event import IngestEvent
from storypack.engine.ingest.settings import Warn
from storypack.spl.source import SplError

_ASSIGNMENT = re.compile(
    r"""\s*(?:'([^']+)'|"([^"]+)"|([\w.:@-]+?))\s*(?:\[[^\]]*\])?\s*(:?=)(?!=)\s*(.+)""", re.DOTALL
)
_KEYS = ("_raw", "_time", "index", "host", "source", "sourcetype", "queue")
_RESULT = "__ingest"


@dataclass(frozen=True)
class EvalTransform:
    """The assignments of a transform: names, whether they replace, expressions."""

    name: str
    assignments: tuple[tuple[str, bool, str], ...]
    warn: Warn

    def apply(self, events: Sequence[IngestEvent], now: float) -> None:
        """Change the events."""
        for target, replaces, expression in self.assignments:
            try:
                values = evaluated(events, expression, now)
            except (EngineError, SplError) as error:
                self.warn(f"transform {self.name}: {target} is left out: {error}")
                continue
            for event, value in zip(events, values, strict=True):
                _assign(event, target, value, replaces=replaces)


def eval_transform(name: str, text: str, warn: Warn) -> EvalTransform:
    """A transform by INGEST_EVAL; `warn` is told of assignments that are none."""
    found = []
    for part in _split(text):
        match = _ASSIGNMENT.fullmatch(part)
        if match is None:
            warn(f"transform {name}: {part.strip()!r} is no assignment")
            continue
        found.append((match[1] or match[2] or match[3], match[4] == ":=", match[5]))
    return EvalTransform(name, tuple(found), warn)


def evaluated(events: Sequence[IngestEvent], expression: str, now: float) -> list[Any]:
    """The value of an expression for each event. Raises EngineError, SplError."""
    from storypack.engine.run import run_search

    rows = [_row(event, number) for number, event in enumerate(events)]
    found = run_search(f"eval {_RESULT}={expression} | table __number {_RESULT}", rows, now=now)
    values = {row["__number"]: row.get(_RESULT) for row in found}
    return [values.get(number) for number in range(len(events))]


def _row(event: IngestEvent, number: int) -> dict[str, Any]:
    fields = {name: values[0] if len(values) == 1 else values for name, values in event.fields.items()}
    row = fields | {key: getattr(event, key.lstrip("_")) for key in _KEYS}
    return row | {"__number": number}


def _assign(event: IngestEvent, target: str, value: Any, *, replaces: bool) -> None:
    if target in _KEYS:
        if value is not None:
            setattr(event, target.lstrip("_"), _number(value) if target == "_time" else _text(value))
        return
    if replaces:
        event.fields.pop(target, None)
    for each in value if isinstance(value, list) else [value]:
        if each is not None:
            event.add(target, _text(each))


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _split(text: str) -> list[str]:
    """The assignments of a setting: at commas outside of quotes and brackets."""
    parts, depth, quote, escaped, begin = [], 0, "", False, 0
    for at, char in enumerate(text):
        if escaped:
            escaped = False
        elif quote:
            escaped = char == "\\"
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[begin:at])
            begin = at + 1
    return [part for part in [*parts, text[begin:]] if part.strip()]
