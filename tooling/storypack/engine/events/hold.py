"""Events that are held: cut in Python, put into one DuckDB table for all files, which spills to disk when it must."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import duckdb

from storypack.engine.events.event import CutEvent
from storypack.engine.sql import identifier

HELD_TABLE = "events"
BATCH_EVENTS, BATCH_CHARACTERS = 4_000, 1 << 23

OBJECT = "starts_with(_raw, '{')"
WHOLE = f"{OBJECT} AND json_valid(_raw)"

Survey = tuple[int, int, int | None]
"""How many events there are, how many begin as JSON objects do, and how many are whole ones (None = not counted)."""


@dataclass
class Part:
    """Events that stand together under a number; `broken` by the word of whoever cut them."""

    number: int
    count: int = 0
    broken: int = 0


@dataclass
class Hold:
    """The table (`_raw`, `__indexed`, `__position`, `__file`: a part's number, from 0) while it is filled."""

    connection: duckdb.DuckDBPyConnection
    table: str = HELD_TABLE
    parts: int = 0
    _waiting: list[tuple[CutEvent, int]] = field(default_factory=list)
    _characters: int = 0

    def __post_init__(self) -> None:
        columns = "_raw VARCHAR, __indexed VARCHAR, __position BIGINT, __file INTEGER"
        self.connection.execute(f"CREATE OR REPLACE TABLE {identifier(self.table)} ({columns})").fetchall()

    def skip(self, parts: int) -> None:
        """Leave out numbers: these parts are not held."""
        self.parts += parts

    def load(self, events: Iterable[CutEvent]) -> Part:
        """Put events into the table, as one part."""
        return self.load_by(events, lambda event: "")[""]

    def load_by(self, events: Iterable[CutEvent], key: Callable[[CutEvent], str]) -> dict[str, Part]:
        """Put events into the table, a part for each key; one at least, with an empty key."""
        found: dict[str, Part] = {}
        for event in events:
            part = found.setdefault(key(event), Part(self.parts + len(found)))
            part.count += 1
            part.broken += event.broken
            self._add(event, part.number)
        found = found or {"": Part(self.parts)}
        self.parts += len(found)
        return found

    def _add(self, event: CutEvent, number: int) -> None:
        self._waiting.append((event, number))
        self._characters += len(event.raw)
        if len(self._waiting) >= BATCH_EVENTS or self._characters >= BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Have all events in the table."""
        if not self._waiting:
            return
        events, numbers = zip(*self._waiting, strict=True)
        self.connection.execute(
            f"INSERT INTO {identifier(self.table)} SELECT unnest(CAST(? AS VARCHAR[])), "
            "unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS INTEGER[]))",
            [
                [event.raw for event in events],
                [event.indexed for event in events],
                [event.position for event in events],
                list(numbers),
            ],
        ).fetchall()
        self._waiting, self._characters = [], 0

    def survey(self) -> dict[int, Survey]:
        """What each part holds, all looked at in one go; parts without events are missing."""
        self.flush()
        rows = self.connection.execute(
            f"SELECT __file, count(*), count(*) FILTER ({OBJECT}), count(*) FILTER ({WHOLE}) "
            f"FROM {identifier(self.table)} GROUP BY 1"
        ).fetchall()
        return {number: (count, objects, whole) for number, count, objects, whole in rows}
