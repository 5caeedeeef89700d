"""Event files as SQL: one row an event, with its raw text and where it came from.

Files of one event a line stay where they are, and DuckDB reads them as it goes, so memory does not grow with them. All
others are cut into events first and put into a temporary table, which DuckDB spills to disk when it must.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from storypack.engine.errors import OutOfMemory, UnreadableFile
from storypack.engine.events import zstd
from storypack.engine.events.copies import copies_sql, misread
from storypack.engine.events.cutting import cut, replaced
from storypack.engine.events.event import CutEvent
from storypack.engine.events.formats.registry import format_named
from storypack.engine.events.hold import OBJECT, WHOLE, Hold, Survey
from storypack.engine.events.inspection import Inspection, fits
from storypack.engine.events.openers.registry import envelopes
from storypack.engine.events.origin import CHANNEL, EventFile, Origins, Routed
from storypack.engine.events.shapes import UTF_8, Compression, Shape, begins_with_objects, recognise
from storypack.engine.events.sourcetypes import XML_WINDOWS, is_mixed
from storypack.engine.ingest.plain import is_plain
from storypack.engine.ingest.settings import TRUNCATE, Settings
from storypack.engine.ingest.truncating import truncated_sql
from storypack.engine.root import is_plain_name
from storypack.engine.sql import identifier, quote

if TYPE_CHECKING:
    from storypack.engine.ingest.pipeline import Ingest

MAX_EVENT_BYTES = 16 << 20
SMALL_BYTES = 1 << 18
THOROUGH_BYTES = 1 << 26

# No event holds these three characters in a row, so that DuckDB's CSV reader sees one column.
NEVER = "\x01\x02\x01"


@dataclass(frozen=True, slots=True)
class RawEvents:
    """The events of one file. `sql` gives `_raw` (VARCHAR), `__indexed` (JSON text of fields that the file itself
    names, or NULL) and `__position` (BIGINT, rising in the file's order). `count` events, of which `broken` do not hold
    what the file's format promises; they are kept as raw text. None = nobody has counted; see `guard_sql`."""

    file: EventFile
    shape: Shape
    sql: str
    count: int | None
    broken: int | None
    json: bool = False  # most events are JSON objects
    held: bool = False  # in HELD_TABLE, under its place in the list of all
    streamed: bool = False  # read from the file by each search, not held in a table
    copied: bool = False  # read by each search from the copy that `file` names
    parted: bool = False  # some of the file's events only
    indexed: bool = False  # some events have `__indexed` fields
    damage: str = ""  # why the file could not be read to its end
    replaced: int = 0  # stretches of bytes that are no text of its encoding
    inspection: Inspection | None = None  # the look at a streamed file, which may still be going on
    timed: bool = False  # some events bring their time (epoch seconds), in `__when` (DOUBLE)
    ingested: bool = False  # their index-time settings have been followed: no other time is to be read
    notes: Mapping[str, int] = field(default_factory=dict)  # words on how events were read, and of how many
    multi: frozenset[str] = frozenset()  # fields of `__indexed` of which an event has several values


def read_events(
    connection: duckdb.DuckDBPyConnection,
    files: Iterable[EventFile],
    *,
    csv: bool | None = None,
    hasty: bool = False,
    ingest: Ingest | None = None,
    progress: Callable[[int], object] = lambda read: None,
) -> list[RawEvents]:
    """Each file's events. Tables are made on `connection`, for its cursors to see. Raises UnreadableFile.

    `hasty` = large files are not looked through first: a search over one that DuckDB cannot read (bytes that are no
    UTF-8, a line beyond all measure) fails then, and is to be run again over events read without haste.

    Windows events in XML whose source is not given come apart by channel: Splunk's inputs name the source after it.
    Files with index-time settings go through `ingest`. `progress` is told how many files have been read.
    """
    try:
        hold = Hold(connection)
        found = load_events(hold, files, csv=csv, hasty=hasty, ingest=ingest, progress=progress)
        return judged(found, hold.survey())
    except duckdb.OutOfMemoryException as error:
        raise OutOfMemory from error


def load_events(
    hold: Hold,
    files: Iterable[EventFile],
    *,
    csv: bool | None = None,
    hasty: bool = False,
    ingest: Ingest | None = None,
    progress: Callable[[int], object] = lambda read: None,
) -> list[RawEvents]:
    """Each file's events, put into a table that others may share; what is held is not counted yet, see `judged`. As
    `read_events` in all else."""
    found: list[RawEvents] = []
    streamed_bytes = 0
    copies = _Copied(hold.connection)
    for number, file in enumerate(files, 1):
        if (ingest is None or ingest.is_idle) and (copied := copies.of(file)) is not None:
            hold.skip(1)
            found.append(copied)
            progress(number)
            continue
        shape = recognise(file.path, csv=csv)
        if shape.known_as is not None and shape.known_as.cure:
            raise UnreadableFile(f"{file.path} is {shape.known_as}")
        if ingest is not None:
            file = ingest.named(file)
        settings = None if ingest is None else ingest.settings(file, shape)
        streamed = None
        if settings is None or is_plain(settings):
            streamed = _stream(hold.connection, file, shape, streamed_bytes, hasty=hasty)
        if streamed is not None and settings is not None:
            streamed = _truncated(streamed, settings)
        if streamed is not None:
            hold.skip(len(streamed))
            streamed_bytes += file.path.stat().st_size
        found += streamed if streamed is not None else _held(hold, file, shape, ingest, settings)
        progress(number)
    return found


@dataclass
class _Copied:
    """The events of files that were copied; lists among them are looked through once for all."""

    connection: duckdb.DuckDBPyConnection
    _misread: dict[Path, frozenset[int]] = field(default_factory=dict)

    def of(self, file: EventFile) -> RawEvents | None:
        """A file's events; None for one without a copy, and for a list that was not divided rightly."""
        copy = file.copy
        if copy is None or (copy.is_list and copy.number in self._misread_in(copy.path)):
            return None
        sql = (
            "SELECT _raw, CAST(NULL AS VARCHAR) AS __indexed, __position, CAST(NULL AS DOUBLE) AS __when "
            f"FROM ({copies_sql(copy.path)}) WHERE __copy = {copy.number}"
        )
        broken = 0 if copy.is_list else None
        return RawEvents(file, _COPY_SHAPE, sql, copy.count, broken, json=True, copied=True)

    def _misread_in(self, path: Path) -> frozenset[int]:
        if path not in self._misread:
            self._misread[path] = misread(self.connection, path)
        return self._misread[path]


_COPY_SHAPE = Shape(format_named("lines"), Compression.NONE)


def _stream(
    connection: duckdb.DuckDBPyConnection, file: EventFile, shape: Shape, before: int, *, hasty: bool
) -> list[RawEvents] | None:
    """The events of a file that each search reads anew, as it does `before` bytes of others; None for one that is
    better held."""
    if not shape.format.by_line or shape.encoding != UTF_8 or not is_plain_name(file.path):
        return None
    size = file.path.stat().st_size
    if size < SMALL_BYTES:  # to read it anew for each search would cost more than to hold it
        return None
    if _is_mixed(file, shape) or shape.compression in (Compression.BZIP2, Compression.XZ):
        return None
    if shape.compression is Compression.ZSTD and not zstd.is_whole(file.path):
        return None
    sql = lines_sql([file.path], shape.compression)
    if hasty and size > THOROUGH_BYTES and (file.sourcetype != XML_WINDOWS or file.source):
        inspection = Inspection(file.path, shape.compression)
        if shape.compression is Compression.NONE and not inspection.is_trusted():
            return None
        is_json = begins_with_objects(file.path, shape)
        broken = None if is_json else 0
        return [RawEvents(file, shape, sql, None, broken, is_json, streamed=True, inspection=inspection)]
    inspection = Inspection(file.path, shape.compression, at_fault=connection.interrupt)
    try:
        survey, text_bytes, amiss = _survey(connection, sql, before + size)
        if amiss or not is_read(inspection, text_bytes, survey[0]):
            return None
        return _by_channel(connection, _lines(RawEvents(file, shape, sql, None, 0, streamed=True), survey))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        inspection.is_trusted()
        return None  # not UTF-8, a line longer than DuckDB takes, damaged: cut it ourselves
    finally:
        inspection.stop()


def _is_mixed(file: EventFile, shape: Shape) -> bool:
    return "sourcetype" in file.assumed and is_mixed(file.path, shape)


def _truncated(streamed: list[RawEvents], settings: Settings) -> list[RawEvents]:
    """The same events, of which those that are too long will be cut."""
    most = settings.number("TRUNCATE", TRUNCATE)
    if most <= 0:
        return streamed
    return [replace(events, sql=truncated_sql(events.sql, most), parted=True) for events in streamed]


def is_read(inspection: Inspection, text_bytes: int, count: int) -> bool:
    """Whether DuckDB has read all of a file, if it read so many lines of so many bytes."""
    if not inspection.is_trusted():
        return False
    if inspection.compression is Compression.NONE and fits(text_bytes, count, inspection.path.stat().st_size):
        return True
    return inspection.counted() == text_bytes


def _held(
    hold: Hold, file: EventFile, shape: Shape, ingest: Ingest | None, settings: Settings | None
) -> list[RawEvents]:
    """The events of a file, cut (with `settings` as these say) and put into the table of those that are held; not yet
    counted."""
    damage: list[str] = []
    before = replaced()
    origins = Origins(file, _is_mixed(file, shape), shape.format.by_line)
    if ingest is None or settings is None:
        parts = hold.load_by(cut(file.path, shape, damage), origins.of, file)
    else:
        parts = hold.load_by(ingest.cut(file, shape, settings, damage, origins), Routed(file).of, file)
    return [
        RawEvents(
            origin,
            shape,
            f"SELECT _raw, __indexed, __position, __when FROM {identifier(hold.table)} WHERE __file = {part.number}",
            part.number,
            part.broken,
            held=True,
            indexed=part.indexed,
            timed=part.timed,
            ingested=settings is not None,
            multi=frozenset(part.multi),
            notes=part.notes,
            damage="; ".join(damage) if not at else "",
            replaced=replaced() - before if not at else 0,
        )
        for at, (origin, part) in enumerate(parts.items())
    ]


def judged(found: list[RawEvents], surveys: Mapping[int, Survey], first: int = 0) -> list[RawEvents]:
    """The held events with what was found by looking at all at once. `first` = the number of the first part."""
    judged = []
    for number, events in enumerate(found, first):
        if events.held:
            survey = surveys.get(number, (0, 0, 0))
            lines = events.shape.format.by_line
            is_json = survey[1] * 2 > survey[0]
            events = _lines(events, survey) if lines else replace(events, count=survey[0], json=is_json)
        judged.append(events)
    return judged


def _by_channel(connection: duckdb.DuckDBPyConnection, events: RawEvents) -> list[RawEvents]:
    if events.file.sourcetype != XML_WINDOWS or events.file.source:
        return [events]
    channel = f"regexp_extract(_raw, {quote(CHANNEL.pattern)}, 1)"
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
            parted=True,
        )
        for number, (name, count) in enumerate(channels)
    ]


def table_events(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], file: EventFile, table: str
) -> RawEvents:
    """Events given as fields (text, numbers, lists; `_time` in epoch seconds), as an index holds them that was filled
    by a search. `file` says where they seem to come from; nothing is read from its path."""
    raws = [json.dumps(row, ensure_ascii=False) for row in rows]
    hold = Hold(connection, table)
    hold.load(CutEvent(raw, number, raw) for number, raw in enumerate(raws, 1))
    hold.flush()
    multi = frozenset(name for row in rows for name, value in row.items() if isinstance(value, list))
    shape = Shape(format_named("json"), Compression.NONE)
    sql = f"SELECT _raw, __indexed, __position, __when FROM {identifier(table)}"
    return RawEvents(file, shape, sql, len(rows), 0, indexed=True, multi=multi)


def _lines(events: RawEvents, survey: Survey) -> RawEvents:
    """A file of which most lines begin as JSON objects promises them on every line."""
    count, objects, valid = survey
    is_json = objects * 2 > count
    broken = 0 if not is_json else None if valid is None else count - valid
    return replace(events, count=count, broken=broken, json=is_json)


def lines_sql(paths: Sequence[Path], compression: Compression, more: str = "") -> str:
    """The lines of files, read by DuckDB; `more` = further options of its reader."""
    names = quote(str(paths[0])) if len(paths) == 1 else f"[{', '.join(quote(str(path)) for path in paths)}]"
    lines = (
        f"read_csv({names}, header = false, auto_detect = false, columns = {{'_raw': 'VARCHAR'}}, "
        f"delim = {quote(NEVER)}, quote = '', escape = '', compression = {quote(compression.value)}, "
        f"max_line_size = {MAX_EVENT_BYTES}, buffer_size = {2 * MAX_EVENT_BYTES}{more})"
    )
    named = ", filename" if more else ""
    return (
        f"SELECT _raw, CAST(NULL AS VARCHAR) AS __indexed, row_number() OVER () AS __position, "
        f"CAST(NULL AS DOUBLE) AS __when{named} "
        f"FROM {lines} WHERE _raw IS NOT NULL"
    )


def _survey(connection: duckdb.DuckDBPyConnection, sql: str, size: int) -> tuple[Survey, int, int]:
    """What a file of so many bytes holds, the bytes of its lines, and how many lines are no events as they stand. Of a
    large one is left out how many events are whole: parsing all of it would cost as much as the search."""
    whole = "NULL" if size > THOROUGH_BYTES else f"count(*) FILTER ({WHOLE})"
    ((count, objects, valid, text_bytes, amiss),) = connection.execute(
        f"SELECT count(*), count(*) FILTER ({OBJECT}), {whole}, sum(strlen(_raw)), count(*) FILTER ({amiss_sql()}) "
        f"FROM ({sql})"
    ).fetchall()
    if not amiss and valid is not None and valid < objects:  # half a surrogate pair can be mended
        halves = f"{OBJECT} AND NOT json_valid(_raw) AND regexp_matches(_raw, '\\\\u[dD][89a-fA-F]')"
        ((amiss,),) = connection.execute(f"SELECT count(*) FROM ({sql}) WHERE {halves}").fetchall()
    return (count, objects, valid), int(text_bytes or 0), amiss


def amiss_sql() -> str:
    """SQL of whether a line is a list of events, or the begin of an event in XML; see `formats/lines.py`."""
    listed = rf'^\{{\s*"(?:{"|".join(envelopes())})"\s*:\s*\['
    return (
        f"CASE WHEN ends_with(_raw, ']}}') THEN regexp_matches(left(_raw, 100), {quote(listed)}) "
        "ELSE starts_with(_raw, '<Event ') AND NOT contains(_raw, '</Event>') END"
    )


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


def counted_copies(connection: duckdb.DuckDBPyConnection, found: Iterable[RawEvents]) -> list[RawEvents]:
    """The same events, with the broken ones of copies counted: all of a file of copies in one go."""
    counts: dict[Path, dict[int, int]] = {}
    judged = []
    for events in found:
        copy = events.file.copy
        if events.copied and events.broken is None and copy is not None:
            if copy.path not in counts:
                sql = f"SELECT __copy, count(*) FROM ({copies_sql(copy.path)}) WHERE NOT json_valid(_raw) GROUP BY 1"
                counts[copy.path] = dict(connection.execute(sql).fetchall())
            events = replace(events, broken=counts[copy.path].get(copy.number, 0))
        judged.append(events)
    return judged


def counted(connection: duckdb.DuckDBPyConnection, events: RawEvents) -> RawEvents:
    """The same events, with all and the broken ones counted."""
    if events.broken is not None and events.count is not None:
        return events
    ((count, whole),) = connection.execute(f"SELECT count(*), count(*) FILTER ({WHOLE}) FROM ({events.sql})").fetchall()
    return replace(events, count=count, broken=count - whole if events.json else 0)
