"""Which events have the same search-time knowledge, and their SQL: a few files one by one, many together.

A statement of a branch for each file grows with the files, and DuckDB's planning faster than that. So the files of one
sourcetype are read together where there are many: those that are held with one look at their table, those that are
streamed with one reader. Their source is then a column, not a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from storypack.conf import Conf
from storypack.engine.events.copies import copies_sql
from storypack.engine.events.hold import HELD_TABLE
from storypack.engine.events.reading import RawEvents, lines_sql
from storypack.engine.knowledge.props import renamed, source_stanzas
from storypack.engine.sql import identifier, quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MANY = 8
"""Files of one kind from which on they are read together."""

FILES_TABLE = "event_files"

Numbered = tuple[int, RawEvents]
"""Events with their place in the list of all."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Files whose events Splunk would treat alike. `constants` are the fields that all events share, `varying` those
    that `sql` gives beside them. `staged` = SQL of some of the raw events, which have been put aside; see `staging`."""

    number: int
    constants: Mapping[str, str]
    numbered: tuple[Numbered, ...]
    varying: tuple[str, ...] = ()
    staged: str = ""

    @property
    def files(self) -> tuple[RawEvents, ...]:
        return tuple(events for _, events in self.numbered)

    @property
    def multi(self) -> frozenset[str]:
        """Fields that come with the events in several values."""
        return frozenset().union(*(events.multi for events in self.files))

    @property
    def is_streamed(self) -> bool:
        """Whether the events are read from a file for each search."""
        return any(events.streamed for events in self.files)

    @property
    def is_copied(self) -> bool:
        """Whether the events are read from a copy for each search."""
        return any(events.copied for events in self.files)

    @property
    def sql(self) -> str:
        """The raw events with their file's number (`__origin`), this origin's (`__part`), and the fields of both."""
        shared = ", ".join(f"{quote(value)} AS {identifier(name)}" for name, value in self.constants.items())
        raw = self.staged or " UNION ALL ".join(self._together() if self.varying else self._apart())
        return f"SELECT *, {self.number} AS __part, {shared} FROM ({raw})"

    def _apart(self) -> Iterator[str]:
        yield from (f"SELECT *, {number} AS __origin FROM ({events.sql})" for number, events in self.numbered)

    def _together(self) -> Iterator[str]:
        held = [number for number, events in self.numbered if events.held]
        if held:
            yield (
                "SELECT e._raw, e.__indexed, e.__position, e.__when, f.number AS __origin, f.source "
                f"FROM {HELD_TABLE} e JOIN {FILES_TABLE} f ON e.__file = f.number WHERE {_within('e.__file', held)}"
            )
        copied: dict[Path, list[int]] = {}
        for number, events in self.numbered:
            if events.copied and events.file.copy is not None:
                copied.setdefault(events.file.copy.path, []).append(number)
        for path, numbers in copied.items():
            yield (
                "SELECT c._raw, CAST(NULL AS VARCHAR) AS __indexed, c.__position, CAST(NULL AS DOUBLE) AS __when, "
                f"f.number AS __origin, f.source FROM ({copies_sql(path)}) c "
                f"JOIN {FILES_TABLE} f ON c.__copy = f.copy WHERE {_within('f.number', numbers)}"
            )
        streamed: dict[object, list[RawEvents]] = {}
        for number, events in self.numbered:
            if events.streamed and not events.parted:
                streamed.setdefault(events.shape.compression, []).append(events)
            elif not events.held and not events.copied:
                yield f"SELECT *, {number} AS __origin, {quote(events.file.source)} AS source FROM ({events.sql})"
        for several in streamed.values():
            lines = lines_sql([one.file.path for one in several], several[0].shape.compression, ", filename = true")
            yield (
                "SELECT l._raw, l.__indexed, l.__position, l.__when, f.number AS __origin, f.source "
                f"FROM ({lines}) l JOIN {FILES_TABLE} f ON l.filename = f.path"
            )


def origins(events: Sequence[RawEvents], props: Conf) -> list[Origin]:
    """The files grouped by sourcetype, source, host and index; of many, those with the same settings together."""
    found: list[Origin] = []
    for together, shared, group in _groups(events, props):
        varying = ("source",) if together else ()
        found.append(Origin(len(found), shared, tuple(group), varying))
    return found


def _groups(events: Sequence[RawEvents], props: Conf) -> Iterator[tuple[bool, dict[str, str], Sequence[Numbered]]]:
    numbered = list(enumerate(events))
    for alike in _by(numbered, lambda one: _kind(one, props)) if len(events) > MANY else [numbered]:
        if len(alike) > MANY:
            file = alike[0][1].file
            yield True, {"index": file.index, **_sourcetype(file.sourcetype, props), "host": file.host}, alike
            continue
        for group in _by(alike, _origin_of):
            file = group[0][1].file
            yield (
                False,
                {
                    "index": file.index,
                    **_sourcetype(file.sourcetype, props),
                    "source": file.source,
                    "host": file.host,
                },
                group,
            )


def _sourcetype(given: str, props: Conf) -> dict[str, str]:
    """The sourcetype that searches see, and where that is another one, the one that the events came with."""
    name = renamed(props, given)
    return {"sourcetype": name} if name == given else {"sourcetype": name, "_sourcetype": given}


def _kind(events: RawEvents, props: Conf) -> Hashable:
    """What events must share to be read together: all that decides on their fields."""
    file = events.file
    return (
        file.index,
        file.sourcetype,
        file.host,
        events.json,
        events.indexed,
        events.timed,
        events.ingested,
        source_stanzas(props, file.source),
    )


def _origin_of(events: RawEvents) -> Hashable:
    file = events.file
    return file.index, file.sourcetype, file.source, file.host, events.ingested


def _by(numbered: Iterable[Numbered], key: Callable[[RawEvents], Hashable]) -> list[list[Numbered]]:
    groups: dict[Hashable, list[Numbered]] = {}
    for number, events in numbered:
        groups.setdefault(key(events), []).append((number, events))
    return list(groups.values())


def _within(column: str, numbers: Sequence[int]) -> str:
    """SQL of whether a number is one of these (rising) ones; neighbours are spelt as a range."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return f"({' OR '.join(f'{column} BETWEEN {first} AND {last}' for first, last in ranges)})"


def write_files_table(connection: DuckDBPyConnection, events: Sequence[RawEvents]) -> None:
    """The table that says of each file's number what its path, source and the number of its copy are; see
    `Origin.sql`."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {FILES_TABLE} AS SELECT unnest(range(CAST(? AS BIGINT))) AS number, "
        "unnest(CAST(? AS VARCHAR[])) AS path, unnest(CAST(? AS VARCHAR[])) AS source, "
        "unnest(CAST(? AS BIGINT[])) AS copy",
        [
            len(events),
            # A streamed file's path is plain; DuckDB would not take just any name.
            [str(one.file.path) if one.streamed and not one.parted else None for one in events],
            [one.file.source for one in events],
            [one.file.copy.number if one.copied and one.file.copy is not None else None for one in events],
        ],
    ).fetchall()
