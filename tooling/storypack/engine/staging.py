"""The one pass over events that many searches share: those that any of them may match are put aside, the others only
counted and timed.

Of each origin's events a table is made, in the order in which they stand, with their times and a flag for each set of
base filters (see `coarse`). Of an event without any flag nothing else is kept.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from storypack.engine.coarse import coarse_sql, outline, possible_terms
from storypack.engine.filters import Filters
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import FILES_TABLE, Origin
from storypack.engine.knowledge.scan import FileScan, RunSql, open_scan
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest

_DENSE = 0.5
"""Share of events that are put aside from which on the others stay beside them: to part them would cost more."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What there is of one source type: events in all, those without a time, and events by hour (epoch seconds of its
    start)."""

    sourcetype: str
    files: int
    events: int
    without_time: int
    hours: Mapping[int, int] = field(default_factory=dict, repr=False)

    @property
    def first(self) -> float | None:
        return min(self.hours, default=None)

    @property
    def last(self) -> float | None:
        """The end of the last hour that has events."""
        return max(self.hours) + 3600.0 if self.hours else None


@dataclass(frozen=True)
class Staged:
    """The events of an origin in a table of the source's connection: `__origin`, `__time`, and of those with a flag
    `_raw` and `__indexed`. `position` = SQL of where an event stands in its file; `possible` = the sets of base filters
    that are not ruled out for the origin as a whole; `flags` = of each that an event may match, SQL of whether it does;
    `counts` = how many do; `hours` = how many events there are in each hour since 1970 (None = without a time);
    `columns` = what has been worked out for each, beside (quoted; see `sharing`)."""

    number: int
    origin: Origin
    table: str
    position: str
    possible: frozenset[Filters]
    flags: Mapping[Filters, str]
    counts: Mapping[Filters, int]
    hours: Mapping[int | None, int]
    columns: tuple[str, ...] = ()

    def chosen(self, filters: Filters) -> Origin:
        """The origin with those events only that a search with these base filters may match; `__row` is their place in
        the table, `__when` their time."""
        return replace(self.origin, staged=self.rows_sql(self.columns, self.flags[filters]))

    def rows_sql(self, columns: Sequence[str] = (), condition: str = "TRUE") -> str:
        """The raw events under the names that searches know, with columns of the table beside them."""
        source = ", source" if self.origin.varying else ""
        join = f" JOIN {FILES_TABLE} f ON __origin = f.number" if self.origin.varying else ""
        others = "".join(f", {column}" for column in columns)
        inner = (
            f"SELECT _raw, __indexed, {self.position} AS __position, __time AS __when, rowid AS __row, __origin"
            f"{others} FROM {self.table} WHERE {condition}"
        )
        return f"SELECT _raw, __indexed, __position, __when, __row, __origin{source}{others} FROM ({inner}){join}"


@dataclass
class Staging:
    """The pass before it is made: what there is, as far as it is known without reading events."""

    session: Session
    source: FileSource
    trial: FileScan

    def has_telemetry(self, filters: Filters) -> bool:
        """Whether there may be events that a search with these base filters asks for."""
        return any(possible_terms(filters, fields) for _, fields in self.trial.parts)

    def run(self, wanted: Iterable[Filters]) -> Iterator[tuple[list[Staged], Coverage]]:
        """The events of each source type that searches with these base filters may match, and the coverage, as soon as
        it has been read."""
        every = list(dict.fromkeys(wanted))
        with self.session.translated():
            run = RunSql(repr(self.session.now))
            scan = open_scan(self.source.events, self.source.knowledge, ScanRequest(), self.session, run=run)
            trials = {origin.number: fields for origin, fields in self.trial.parts}
            for parts in _by_sourcetype(scan.parts):
                staged = [_staged(one, fields, trials[one.number], every, self.session) for one, fields in parts]
                yield staged, _coverage(staged)


@contextmanager
def open_staging(source: FileSource, now: float) -> Iterator[Staging]:
    """`now` (epoch seconds) is the year of times without one. Raises EngineError."""
    with open_session(source, None, now) as session, session.translated():
        run = RunSql(repr(session.now))
        yield Staging(session, source, open_scan(source.events, source.knowledge, ScanRequest(), session, run=run))


def stage(source: FileSource, wanted: Iterable[Filters], now: float) -> Iterator[tuple[list[Staged], Coverage]]:
    """See `Staging.run`."""
    with open_staging(source, now) as staging:
        yield from staging.run(wanted)


def _by_sourcetype(parts: Sequence[tuple[Origin, OriginFields]]) -> list[list[tuple[Origin, OriginFields]]]:
    groups: dict[tuple[str, str], list[tuple[Origin, OriginFields]]] = {}
    for origin, fields in parts:
        key = origin.constants["sourcetype"].lower(), origin.constants["index"]
        groups.setdefault(key, []).append((origin, fields))
    return list(groups.values())


def _staged(
    origin: Origin, fields: OriginFields, trial: OriginFields, wanted: Sequence[Filters], session: Session
) -> Staged:
    terms = {filters: some for filters in wanted if (some := possible_terms(filters, trial))}
    outlines = {filters: outline(some, trial, session) for filters, some in terms.items()}
    conditions = {filters: coarse_sql(part, fields, session) for filters, part in outlines.items() if part is not False}
    columns = {condition: f"__f{at}" for at, condition in enumerate(dict.fromkeys(conditions.values()))}
    table = f"pass_{origin.number}"
    _fill(table, origin, fields, columns, session)
    hours = session.rows(f"SELECT floor(__time / 3600), count(*) FROM {table} GROUP BY 1")
    any_flag = " OR ".join(columns.values()) or "FALSE"
    counted = "".join(f", count(*) FILTER ({column})" for column in columns.values())
    ((some_count, *counts),) = session.rows(f"SELECT count(*) FILTER ({any_flag}){counted} FROM {table}")
    position = _position(origin)
    if some_count < sum(count for _, count in hours) * _DENSE:
        table, position = _parted(table, position, any_flag, session)
    of_column = dict(zip(columns.values(), counts, strict=True))
    return Staged(
        origin.number,
        origin,
        table,
        position,
        frozenset(terms),
        {filters: columns[condition] for filters, condition in conditions.items()},
        {filters: of_column[columns[condition]] for filters, condition in conditions.items()},
        {None if hour is None or not math.isfinite(hour) else int(hour): count for hour, count in hours},
    )


def _fill(table: str, origin: Origin, fields: OriginFields, columns: Mapping[str, str], session: Session) -> None:
    """Make the table of all events. A flag is worked out once, below the texts that depend on all of them."""
    place = "" if origin.is_streamed else ", __position"
    flags = "".join(
        f", CASE WHEN {condition} THEN TRUE ELSE FALSE END AS {column}" for condition, column in columns.items()
    )
    listed = f"_raw, __indexed, __origin{place}, {fields.time.text} AS __time{flags}"
    kept = " OR ".join(columns.values()) or "FALSE"
    texts = ", ".join(f"CASE WHEN {kept} THEN {text} END AS {text}" for text in ("_raw", "__indexed"))
    names = "".join(f", {column}" for column in columns.values())
    session.rows(
        f"CREATE OR REPLACE TABLE {table} AS SELECT {texts}, __origin, __time{place}{names} "
        f"FROM (SELECT {listed} FROM ({fields.layers.sql(listed)}))"
    )


def _position(origin: Origin) -> str:
    """SQL of where an event stands. DuckDB keeps the order of a file's lines; of several files read together, or of one
    of which only some lines are this origin's, the line is looked up when it is asked for."""
    if not origin.is_streamed:
        return "__position"
    is_whole = len(origin.files) == 1 and not origin.varying and not origin.files[0].parted
    return "rowid + 1" if is_whole else "CAST(NULL AS BIGINT)"


def _parted(table: str, position: str, kept: str, session: Session) -> tuple[str, str]:
    """The table without the events that no search can match."""
    others = "" if position == "__position" else f", {position} AS __position"
    session.rows(f"CREATE OR REPLACE TABLE staged_{table} AS SELECT *{others} FROM {table} WHERE {kept}")
    session.rows(f"DROP TABLE {table}")
    return f"staged_{table}", "__position"


def _coverage(staged: Sequence[Staged]) -> Coverage:
    counts = Counter[int | None]()
    for each in staged:
        counts.update(each.hours)
    files = len({events.file.path for each in staged for events in each.origin.files})
    hours = {hour * 3600: count for hour, count in counts.items() if hour is not None}
    return Coverage(staged[0].origin.constants["sourcetype"], files, counts.total(), counts[None], hours)
