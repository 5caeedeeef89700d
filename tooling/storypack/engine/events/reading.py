"""Event files as SQL: one row an event, with its raw text and where it came from.

Files of one event a line stay where they are, and DuckDB reads them as it goes, so memory does not grow with them. All
others are cut into events first and put into a temporary table, which DuckDB spills to disk when it must.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from storypack.engine.events.cutting import CutEvent, cut
from storypack.engine.events.formats import UTF_8, Compression, Format, Shape, recognise
from storypack.engine.root import is_plain_name
from storypack.engine.sql import identifier, quote

MAX_EVENT_BYTES = 16 << 20
BATCH = 2_000
SMALL_BYTES = 1 << 18
THOROUGH_BYTES = 1 << 26

XML_WINDOWS = "XmlWinEventLog"
_CHANNEL = "<Channel>([^<]+)</Channel>"

# No event holds these three characters in a row, so that DuckDB's CSV reader sees one column.
NEVER = "\x01\x02\x01"


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file of events and what Splunk's inputs would say of it. `sourcetype` chooses the search-time knowledge.

    Bytes of a `source` that are no UTF-8 (a file's name may hold any) are spelt out.
    """

    path: Path
    sourcetype: str = ""
    source: str = ""
    host: str = ""
    index: str = "main"

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", self.source.encode("utf-8", "backslashreplace").decode("utf-8"))


@dataclass(frozen=True, slots=True)
class RawEvents:
    """The events of one file. `sql` gives `_raw` (VARCHAR), `__indexed` (JSON text of fields that the file itself
    names, or NULL) and `__position` (BIGINT, rising in the file's order). `count` events, of which `broken` do not hold
    what the file's format promises; they are kept as raw text. None = nobody has counted: see `guard_sql`."""

    file: EventFile
    shape: Shape
    sql: str
    count: int
    broken: int | None
    json: bool = False  # most events are JSON objects
    streamed: bool = False  # read from the file by each search, not held in a table
    indexed: bool = False  # some events have `__indexed` fields
    damage: str = ""  # why the file could not be read to its end
    multi: frozenset[str] = frozenset()  # fields of `__indexed` of which an event has several values


def read_events(
    connection: duckdb.DuckDBPyConnection, files: Iterable[EventFile], *, csv: bool | None = None
) -> list[RawEvents]:
    """Each file's events. Tables are made on `connection`, for its cursors to see. Raises UnreadableFile.

    Windows events in XML whose source is not given come apart by channel: Splunk's inputs name the source after it.
    """
    found = [_read(connection, file, number, csv) for number, file in enumerate(files, 1)]
    return [part for events in found for part in _by_channel(connection, events)]


def _by_channel(connection: duckdb.DuckDBPyConnection, events: RawEvents) -> list[RawEvents]:
    if events.file.sourcetype != XML_WINDOWS or events.file.source:
        return [events]
    channel = f"regexp_extract(_raw, {quote(_CHANNEL)}, 1)"
    channels = connection.execute(
        f"SELECT {channel}, count(*) FROM ({events.sql}) GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    return [
        replace(
            events,
            file=replace(events.file, source=f"{XML_WINDOWS}:{name}" if name else str(events.file.path)),
            sql=f"SELECT * FROM ({events.sql}) WHERE {channel} = {quote(name)}",
            count=count,
            broken=0 if number else events.broken,
        )
        for number, (name, count) in enumerate(channels)
    ]


def table_events(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], file: EventFile, table: str
) -> RawEvents:
    """Events given as fields (text, numbers, lists; `_time` in epoch seconds), as an index holds them that was filled
    by a search. `file` says where they seem to come from; nothing is read from its path."""
    raws = [json.dumps(row, ensure_ascii=False) for row in rows]
    events = (CutEvent(raw, number, raw) for number, raw in enumerate(raws, 1))
    count, _ = _load(connection, table, events)
    multi = frozenset(name for row in rows for name, value in row.items() if isinstance(value, list))
    shape = Shape(Format.JSON, Compression.NONE)
    return RawEvents(file, shape, f"SELECT * FROM {identifier(table)}", count, 0, indexed=True, multi=multi)


def _read(connection: duckdb.DuckDBPyConnection, file: EventFile, number: int, csv: bool | None) -> RawEvents:
    shape = recognise(file.path, csv=csv)
    is_large = shape.compression is not Compression.NONE or not _is_small(file.path)
    direct = shape.format is Format.LINES and shape.encoding == UTF_8
    if direct and is_large and is_plain_name(file.path):
        sql = _lines_sql(file.path, shape.compression)
        try:
            survey = _survey(connection, sql, brief=file.path.stat().st_size > THOROUGH_BYTES)
            return replace(_lines(file, shape, sql, survey), streamed=True)
        except duckdb.Error:
            pass  # not UTF-8, or a line longer than DuckDB takes: cut it ourselves
    table = f"events_{number}"
    damage: list[str] = []
    count, broken = _load(connection, table, cut(file.path, shape, damage))
    sql = f"SELECT * FROM {identifier(table)}"
    survey = _survey(connection, sql)
    if shape.format is Format.LINES:
        events = _lines(file, shape, sql, survey)
    else:
        events = RawEvents(file, shape, sql, count, broken, survey[1] * 2 > count, shape.format is Format.CSV)
    return replace(events, damage=damage[0]) if damage else events


def _is_small(path: Path) -> bool:
    """Whether reading the file anew for each search costs more than holding it."""
    return path.stat().st_size < SMALL_BYTES


def _lines(file: EventFile, shape: Shape, sql: str, survey: tuple[int, int, int | None]) -> RawEvents:
    """A file of which most lines begin as JSON objects promises them on every line."""
    count, objects, valid = survey
    is_json = objects * 2 > count
    broken = 0 if not is_json else None if valid is None else count - valid
    return RawEvents(file, shape, sql, count, broken, is_json)


def _lines_sql(path: Path, compression: Compression) -> str:
    lines = (
        f"read_csv({quote(str(path))}, header = false, auto_detect = false, columns = {{'_raw': 'VARCHAR'}}, "
        f"delim = {quote(NEVER)}, quote = '', escape = '', compression = {quote(compression.value)}, "
        f"max_line_size = {MAX_EVENT_BYTES}, buffer_size = {2 * MAX_EVENT_BYTES})"
    )
    return (
        f"SELECT _raw, CAST(NULL AS VARCHAR) AS __indexed, row_number() OVER () AS __position "
        f"FROM {lines} WHERE _raw IS NOT NULL"
    )


def _survey(connection: duckdb.DuckDBPyConnection, sql: str, brief: bool = False) -> tuple[int, int, int | None]:
    """How many events, how many begin as JSON objects do, and how many are whole ones. `brief` leaves out the last:
    parsing all of a large file would cost as much as the search."""
    whole = "NULL" if brief else f"count(*) FILTER ({_WHOLE})"
    row = connection.execute(
        f"SELECT count(*), count(*) FILTER (starts_with(_raw, '{{')), {whole} FROM ({sql})"
    ).fetchall()[0]
    return row[0], row[1], row[2]


_WHOLE = "starts_with(_raw, '{') AND json_valid(_raw)"
_SEEN = "storypack_broken"


def guard_sql(files: Iterable[RawEvents]) -> str:
    """A condition that is true of every event (in it `{json}` stands for whether the event is whole JSON), and takes
    note of one that is broken, so that a search over a large file finds out in passing whether it is worth counting
    them; see `has_seen_broken`. Empty where all have been counted."""
    if all(events.broken is not None for events in files):
        return ""
    return f"CASE WHEN starts_with(_raw, '{{') AND {{json}} THEN TRUE ELSE nextval('{_SEEN}') > 0 END"


def watch_broken(connection: duckdb.DuckDBPyConnection) -> None:
    """Begin to take notes on `connection` and its cursors."""
    connection.execute(f"CREATE OR REPLACE SEQUENCE {_SEEN}").fetchall()


def has_seen_broken(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a search has come upon an event that is broken."""
    row = connection.execute(f"SELECT last_value FROM duckdb_sequences() WHERE sequence_name = '{_SEEN}'").fetchall()
    return bool(row) and row[0][0] is not None


def count_broken(connection: duckdb.DuckDBPyConnection, events: RawEvents) -> RawEvents:
    """The same events, with the broken ones counted."""
    if events.broken is not None:
        return events
    ((broken,),) = connection.execute(f"SELECT count(*) FILTER (NOT ({_WHOLE})) FROM ({events.sql})").fetchall()
    return replace(events, broken=broken)


def _load(connection: duckdb.DuckDBPyConnection, table: str, events: Iterable[CutEvent]) -> tuple[int, int]:
    connection.execute(
        f"CREATE OR REPLACE TABLE {identifier(table)} (_raw VARCHAR, __indexed VARCHAR, __position BIGINT)"
    ).fetchall()
    count = broken = 0
    batch: list[CutEvent] = []
    for event in events:
        count += 1
        broken += event.broken
        batch.append(event)
        if len(batch) == BATCH:
            _insert(connection, table, batch)
            batch.clear()
    if batch:
        _insert(connection, table, batch)
    return count, broken


def _insert(connection: duckdb.DuckDBPyConnection, table: str, batch: Sequence[CutEvent]) -> None:
    connection.execute(
        f"INSERT INTO {identifier(table)} SELECT unnest(CAST(? AS VARCHAR[])), unnest(CAST(? AS VARCHAR[])), "
        "unnest(CAST(? AS BIGINT[]))",
        [[event.raw for event in batch], [event.indexed for event in batch], [event.position for event in batch]],
    ).fetchall()
