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
from storypack.engine.errors import UnreadableEvents
from storypack.engine.events.reading import amiss_sql, is_read
from storypack.engine.filters import Filters
from storypack.engine.gate import gate
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.layers import Layers
from storypack.engine.knowledge.origins import FILES_TABLE, Origin
from storypack.engine.knowledge.scan import FileScan, RunSql, open_scan, origin_fields
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.engine.sql import Kind, Sql

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
                staged = [self._staged(one, fields, trials[one.number], every) for one, fields in parts]
                yield staged, _coverage(staged)

    def _staged(self, origin: Origin, fields: OriginFields, trial: OriginFields, wanted: Sequence[Filters]) -> Staged:
        terms = {filters: some for filters in wanted if (some := possible_terms(filters, trial))}
        outlines = {filters: outline(some, trial, self.session) for filters, some in terms.items()}
        outlines = {filters: part for filters, part in outlines.items() if part is not False}
        fields.layers.guard = ""  # it takes note of broken events for those who search, and costs
        first = gate(outlines.values()) if origin.is_streamed or origin.is_copied else None
        aside = _Aside(origin, self.session)
        if first is not None:
            aside.fill(fields, {_GATE: f"coalesce({coarse_sql(first, fields, self.session)}, FALSE)"})
            fields = self._gated(aside.staged(frozenset(terms)))
        conditions = {filters: coarse_sql(part, fields, self.session) for filters, part in outlines.items()}
        if first is None:
            aside.fill(fields, conditions)
            aside.part()
        else:
            aside.narrow(fields, conditions)
        return aside.staged(frozenset(terms))

    def _gated(self, staged: Staged) -> OriginFields:
        """The fields of the events that have passed the first condition."""
        origin = staged.chosen(_GATE)
        layers = Layers(origin.sql, self.session.names)
        time = Sql("__when", Kind.NUMBER)
        return origin_fields(origin, self.source.knowledge, self.session, layers, time)


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


@dataclass
class _Aside:
    """The table of an origin's events while it is made. `flags` = the column of each condition."""

    origin: Origin
    session: Session
    table: str = ""
    position: str = ""
    flags: dict[Filters, str] = field(default_factory=dict)
    hours: dict[int | None, int] = field(default_factory=dict)

    def fill(self, fields: OriginFields, conditions: Mapping[Filters, str]) -> None:
        """Make the table of all events. Raises UnreadableEvents."""
        self.table, self.position = f"pass_{self.origin.number}", _position(self.origin)
        place = "" if self.origin.is_streamed else ", __position"  # to number lines takes a single thread
        checks = _CHECKS if any(events.inspection for events in self.origin.files) else {}
        self._make(fields, conditions, f"{fields.time.text} AS __time", place, checks)
        if checks:
            self._check()
        rows = self.session.rows(f"SELECT floor(__time / 3600), count(*) FROM {self.table} GROUP BY 1")
        self.hours = {None if hour is None or not math.isfinite(hour) else int(hour): count for hour, count in rows}

    def narrow(self, fields: OriginFields, conditions: Mapping[Filters, str]) -> None:
        """Have other conditions in place of the one that the events met so far. `fields` are those of the table."""
        before, self.table, self.position = self.table, f"staged_pass_{self.origin.number}", "__position"
        self._make(fields, conditions, "__when AS __time", ", __position", {})
        self.session.rows(f"DROP TABLE {before}")

    def part(self) -> None:
        """Leave out the events that meet no condition, unless they are few."""
        ((count,),) = self.session.rows(f"SELECT count(*) FILTER ({self._kept}) FROM {self.table}")
        if count >= sum(self.hours.values()) * _DENSE:
            return
        others = "" if self.position == "__position" else f", {self.position} AS __position"
        before, self.table, self.position = self.table, f"staged_{self.table}", "__position"
        self.session.rows(f"CREATE OR REPLACE TABLE {self.table} AS SELECT *{others} FROM {before} WHERE {self._kept}")
        self.session.rows(f"DROP TABLE {before}")

    def staged(self, possible: frozenset[Filters]) -> Staged:
        columns = list(dict.fromkeys(self.flags.values()))
        counted = "".join(f", count(*) FILTER ({column})" for column in columns)
        ((_, *counts),) = self.session.rows(f"SELECT count(*){counted} FROM {self.table}")
        of_column = dict(zip(columns, counts, strict=True))
        return Staged(
            self.origin.number,
            self.origin,
            self.table,
            self.position,
            possible,
            self.flags,
            {filters: of_column[column] for filters, column in self.flags.items()},
            self.hours,
        )

    @property
    def _kept(self) -> str:
        return " OR ".join(dict.fromkeys(self.flags.values())) or "FALSE"

    def _make(
        self,
        fields: OriginFields,
        conditions: Mapping[Filters, str],
        time: str,
        place: str,
        checks: Mapping[str, str],
    ) -> None:
        """Make the table. A flag is worked out once, below the texts that depend on all of them."""
        columns = {condition: f"__f{at}" for at, condition in enumerate(dict.fromkeys(conditions.values()))}
        self.flags = {filters: columns[condition] for filters, condition in conditions.items()}
        flags = [f"CASE WHEN {condition} THEN TRUE ELSE FALSE END AS {column}" for condition, column in columns.items()]
        checked = [f"{check} AS {name}" for name, check in checks.items()]
        listed = ", ".join([f"_raw, __indexed, __origin{place}", time, *checked, *flags])
        texts = ", ".join(f"CASE WHEN {self._kept} THEN {text} END AS {text}" for text in ("_raw", "__indexed"))
        names = "".join(f", {column}" for column in (*checks, *columns.values()))
        self.session.rows(
            f"CREATE OR REPLACE TABLE {self.table} AS SELECT {texts}, __origin, __time{place}{names} "
            f"FROM (SELECT {listed} FROM ({fields.layers.sql(listed)}))"
        )

    def _check(self) -> None:
        """Raise UnreadableEvents for files that DuckDB has not read as they must be read."""
        rows = self.session.rows(
            f"SELECT __origin, sum(__size), count(*), count(*) FILTER (__amiss) FROM {self.table} GROUP BY 1"
        )
        seen = {number: (int(size), count, amiss) for number, size, count, amiss in rows}
        for number, events in self.origin.numbered:
            size, count, amiss = seen.get(number, (0, 0, 0))
            if events.inspection is not None and (amiss or not is_read(events.inspection, size, count)):
                raise UnreadableEvents(f"{events.file.path} cannot be read line by line")


_GATE: Filters = frozenset()
"""The first condition among those of base filters."""

_CHECKS = {"__size": "strlen(_raw)", "__amiss": amiss_sql()}
"""What must be known of each line of files that nobody has looked through: its bytes, and whether it is no event as it
stands."""


def _position(origin: Origin) -> str:
    """SQL of where an event stands. DuckDB keeps the order of a file's lines; of several files read together, or of one
    of which only some lines are this origin's, the line is looked up when it is asked for."""
    if not origin.is_streamed:
        return "__position"
    is_whole = len(origin.files) == 1 and not origin.varying and not origin.files[0].parted
    return "rowid + 1" if is_whole else "CAST(NULL AS BIGINT)"


def _coverage(staged: Sequence[Staged]) -> Coverage:
    counts = Counter[int | None]()
    for each in staged:
        counts.update(each.hours)
    files = len({events.file.path for each in staged for events in each.origin.files})
    hours = {hour * 3600: count for hour, count in counts.items() if hour is not None}
    return Coverage(staged[0].origin.constants["sourcetype"], files, counts.total(), counts[None], hours)
