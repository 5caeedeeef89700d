"""The instance's rows against the embedded engine's: which rows and which fields differ.

Values are compared as tests compare them (numbers as numbers, JSON as JSON, everything else as text); times must agree
to the millisecond, which is all that the instance tells.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storypack.testing.compare import number, same_value
from storypack.testing.trace import show

Row = Mapping[str, Any]
SHOWN_ROWS, SHOWN_FIELDS = 5, 8
PAIRED = 500  # rows that one row is compared with at most
_DIGITS = (12, 4, 0)
# What an indexer says of its events, and no search asks for.
INSTANCE_ONLY = frozenset({
    "eventtype", "linecount", "punct", "splunk_server", "splunk_server_group", "tag", "timeendpos", "timestartpos",
    "storypack_part", "storypack_run", *(f"date_{unit}" for unit in
    ("hour", "mday", "minute", "month", "second", "wday", "year", "zone")),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that differs: `fields` name the values on both sides (instance, engine), or one side has no such row."""

    instance: Row | None
    engine: Row | None
    fields: tuple[tuple[str, Any, Any], ...] = ()

    def lines(self) -> list[str]:
        """What to tell the reader."""
        if self.engine is None:
            return [f"only on the instance: {_row(self.instance)}"]
        if self.instance is None:
            return [f"only from the embedded engine: {_row(self.engine)}"]
        head = [f"a row differs in {len(self.fields)} field{'s' if len(self.fields) > 1 else ''}: {_row(self.engine)}"]
        shown = [
            f"  {name}: the instance has {show(there)}, the embedded engine {show(here)}"
            for name, there, here in self.fields[:SHOWN_FIELDS]
        ]
        more = len(self.fields) - SHOWN_FIELDS
        return [*head, *shown, *([f"  … and {more} more fields"] if more > 0 else [])]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs. `rows` = how many the instance and the engine gave; `order` = the same rows, in other order."""

    rows: tuple[int, int]
    differences: tuple[Difference, ...] = ()
    order: bool = False

    @property
    def same(self) -> bool:
        return not self.differences and not self.order

    def lines(self) -> list[str]:
        """The whole story, a line each."""
        if self.same:
            return [f"the instance and the embedded engine agree ({_rows(self.rows[0])})"]
        texts = [f"the instance gave {_rows(self.rows[0])}, the embedded engine {_rows(self.rows[1])}"]
        if self.order:
            return [*texts, "the rows are the same, in another order"]
        for difference in self.differences[:SHOWN_ROWS]:
            texts += difference.lines()
        more = len(self.differences) - SHOWN_ROWS
        return [*texts, f"… and {more} more rows differ"] if more > 0 else texts


def compare(instance: Sequence[Row], engine: Sequence[Row], *, ordered: bool = False) -> Comparison:
    """What differs between the rows of both sides: as a multiset, or one by one if the search orders them.

    A field that only the instance's own bookkeeping has does not count, nor do internal ones other than `_time` and
    `_raw`; of whole events, only fields that the engine has as well.
    """
    events = any("_raw" in row for row in engine)
    known = {name for row in engine for name in row}
    left = [_kept(row, known if events else None) for row in instance]
    right = [_kept(row, None) for row in engine]
    counts = (len(left), len(right))
    alone_left, alone_right = _without_equals(left, right)
    if alone_left or alone_right:
        return Comparison(counts, tuple(_paired(alone_left, alone_right)))
    moved = ordered and any(_differing(a, b) for a, b in zip(left, right, strict=True))
    return Comparison(counts, order=moved)


def _kept(row: Row, names: Iterable[str] | None) -> dict[str, Any]:
    return {
        name: value
        for name, value in row.items()
        if name not in INSTANCE_ONLY
        and (not name.startswith("_") or name in ("_time", "_raw"))
        and (names is None or name in names)
        and value is not None
        and value != []
    }


def _without_equals(left: Sequence[Row], right: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Row]]:
    """The rows of both sides that have no equal on the other. Numbers that were printed with fewer digits have other
    texts and are equal all the same, so rows are brought together by ever rougher ones."""
    for digits in _DIGITS:
        buckets: dict[str, list[Row]] = defaultdict(list)
        for row in right:
            buckets[_key(row, digits)].append(row)
        rest: list[Row] = []
        for row in left:
            bucket = buckets.get(_key(row, digits), []) if digits or len(rest) < PAIRED else []
            twin = next((at for at, other in enumerate(bucket[:PAIRED]) if not _differing(row, other)), None)
            if twin is None:
                rest.append(row)
            else:
                bucket.pop(twin)
        left, right = rest, [row for bucket in buckets.values() for row in bucket]
        if not left or not right:
            break
    return left, right


def _paired(left: Sequence[Row], right: Sequence[Row]) -> Iterable[Difference]:
    """Rows side by side with the one that is nearest, as long as most of their values agree."""
    others = list(right)
    for row in left:
        near = sorted(range(len(others[:PAIRED])), key=lambda at: len(_differing(row, others[at])))[:1]
        names = len({*row, *(others[near[0]] if near else ())})
        if near and 2 * len(_differing(row, others[near[0]])) <= names:
            other = others.pop(near[0])
            yield Difference(row, other, tuple(_differing(row, other)))
        else:
            yield Difference(row, None)
    yield from (Difference(None, row) for row in others)


def _differing(left: Row, right: Row) -> list[tuple[str, Any, Any]]:
    names = dict.fromkeys([*right, *left])
    return [
        (name, left.get(name), right.get(name)) for name in names if not _same(name, left.get(name), right.get(name))
    ]


def _same(name: str, left: Any, right: Any) -> bool:
    if name == "_time" and (a := number(left)) is not None and (b := number(right)) is not None:
        return abs(a - b) < 0.0015
    return same_value(left, right)


def _key(row: Row, digits: int) -> str:
    """A text that equal rows share unless their numbers fall to different sides where they are cut to `digits`."""
    return json.dumps([[name, _plain(row[name], digits)] for name in sorted(row)], ensure_ascii=False)


def _plain(value: Any, digits: int) -> Any:
    if isinstance(value, list):
        return _plain(value[0], digits) if len(value) == 1 else [_plain(one, digits) for one in value]
    if not digits:
        return ""
    decimal = number(value)
    return str(value) if decimal is None else f"{decimal:.{digits}g}"


def _row(row: Row | None) -> str:
    given = row or {}
    names = [name for name in given if not name.startswith("_")] or list(given)
    more = len(names) - SHOWN_FIELDS
    listed = ", ".join(f"{name}={show(given[name])}" for name in names[:SHOWN_FIELDS])
    return listed + (f", and {more} more" if more > 0 else "")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
