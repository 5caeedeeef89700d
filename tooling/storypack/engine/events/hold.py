"""Events that are held: cut in Python, put into one DuckDB table for all files, which spills to disk when it must."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import duckdb

from storypack.engine.events.event import CutEvent
from storypack.engine.sql import identifier

HELD_TABLE = "events"
BATCH_EVENTS, BATCH_CHARACTERS = 4_000, 1 << 23

OBJECT = "starts_with(_raw, '{')"
WHOLE = f"{OBJECT} AND json_valid(_raw)"

Survey = tuple[int, int, int | None]
"""How many events there are, how many begin as JSON objects do, and how many are whole ones (None = not counted)."""


Key = TypeVar("Key", bound=Hashable)


@dataclass
class Part:
    """Events that stand together under a number; `broken` by the word of whoever cut them. `indexed`: some bring
    fields, of which `multi` are lists; `timed`: some bring their time. `notes`: words on how so many were read."""

    number: int
    count: int = 0
    broken: int = 0
    indexed: bool = False
    timed: bool = False
    multi: set[str] = field(default_factory=set)
    notes: dict[str, int] = field(default_factory=dict)

    def add(self, event: CutEvent) -> None:
        self.count += 1
        self.broken += event.broken
        self.indexed |= event.indexed is not None
        self.timed |= event.time is not None
        if event.multi:
            self.multi.update(event.multi)
        if event.note:
            self.notes[event.note] = self.notes.get(event.note, 0) + 1


@dataclass
class Hold:
    """The table (`_raw`, `__indexed`, `__position`, `__when`: the time where that has been read, `__file`: a part's
    number, from 0) while it is filled."""

    connection: duckdb.DuckDBPyConnection
    table: str = HELD_TABLE
    parts: int = 0
    _waiting: list[tuple[CutEvent, int]] = field(default_factory=list)
    _characters: int = 0

    def __post_init__(self) -> None:
        columns = "_raw VARCHAR, __indexed VARCHAR, __position BIGINT, __when DOUBLE, __file INTEGER"
        self.connection.execute(f"CREATE OR REPLACE TABLE {identifier(self.table)} ({columns})").fetchall()

    def skip(self, parts: int) -> None:
        """Leave out numbers: these parts are not held."""
        self.parts += parts

    def load(self, events: Iterable[CutEvent]) -> Part:
        """Put events into the table, as one part."""
        return self.load_by(events, lambda event: "", "")[""]

    def load_by(self, events: Iterable[CutEvent], key: Callable[[CutEvent], Key], default: Key) -> dict[Key, Part]:
        """Put events into the table, a part for each key; without events one with the key `default`."""
        found: dict[Key, Part] = {}
        for event in events:
            of = key(event)
            part = found.get(of)
            if part is None:
                part = found[of] = Part(self.parts + len(found))
            part.add(event)
            self._add(event, part.number)
        found = found or {default: Part(self.parts)}
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
            "unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS DOUBLE[])), "
            "unnest(CAST(? AS INTEGER[]))",
            [
                [event.raw for event in events],
                [event.indexed for event in events],
                [event.position for event in events],
                [event.time for event in events],
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
