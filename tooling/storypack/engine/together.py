"""Runs of one search over several sources in one statement: to plan a statement takes far longer than to run it over a
handful of events.

The events of all sources are held in one table. The search is compiled once, as for a single source, but for what
differs from run to run (which events, their times, the range that is searched): that is a column of `__run`, a table
with a row for each run. The whole statement is then a lateral join to that table, and DuckDB works out what this means
for each of its stages: groups, windows, limits, joins all keep the runs apart.

    SELECT __run.n, __rows.* FROM (VALUES (0, ...), (1, ...)) __run(n, f0, shift, ...), LATERAL (
      WITH "s1_events" AS (... FROM events WHERE __file = __run.f0 ...), ... SELECT ...
    ) __rows ORDER BY __run.n, ...

Where anything else depends on the run (`now()`, what a subsearch gives, the fields that events have) the runs are not
searched together but one by one, as they are where anything about the statement is out of the ordinary: an error, a
warning while it runs, an event without a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from duckdb import DuckDBPyConnection, Error

from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import Apart, EngineError
from storypack.engine.events.hold import Hold
from storypack.engine.events.reading import RawEvents
from storypack.engine.failures import translated
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import MANY
from storypack.engine.knowledge.scan import FileScan, RunSql, open_scan
from storypack.engine.knowledge.untimed import Untimed
from storypack.engine.relation import Relation
from storypack.engine.run import Result
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, ScanRequest
from storypack.engine.sql import RUN, Kind, Sql, identifier, quote
from storypack.engine.text import parse_search
from storypack.engine.values import from_column
from storypack.spl.macros import MacroDefinition

_numbers = count(1)

MOST_RUNS = 50
"""Runs of one statement."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a search, all times in epoch seconds: its start, the time range (None = open), where the newest event
    shall lie (None = as it is), and the time of events that show none."""

    source: FileSource
    now: float
    earliest: float | None
    latest: float | None
    newest: float | None
    clock: float


@contextmanager
def sources_together(
    root: DuckDBPyConnection, opening: Sequence[Callable[[Hold], FileSource]]
) -> Iterator[list[FileSource]]:
    """Sources that hold their events in one table of `root`. Raises UnreadableFile, and Apart for sources that need a
    table of their own."""
    with ExitStack() as stack, translated():
        # another source that is opened on the connection meanwhile makes the table of its own anew
        hold = Hold(root, f"events_together_{next(_numbers)}")
        stack.callback(_drop, root, hold.table)
        sources = [stack.enter_context(each(hold)) for each in opening]
        surveys = hold.survey()
        for source in sources:
            source.judge(surveys)
            if len(source.events) > MANY:
                raise Apart
        yield sources


def _drop(root: DuckDBPyConnection, table: str) -> None:
    with suppress(Error):  # a statement that was stopped may still read it: it goes with the connection then
        root.execute(f"DROP TABLE {table}").fetchall()


def search_together(
    spl: str, runs: Sequence[Run], macros: Mapping[str, MacroDefinition] | None = None
) -> list[Result | None]:
    """What the search gives in each run; None for a run that is to be searched by itself. All sources are of one
    `sources_together`."""
    results: list[Result | None] = [None] * len(runs)
    for numbers in _alike(runs):
        if len(numbers) > 1:
            given = _searched(spl, [runs[number] for number in numbers], macros or {})
            for number, result in zip(numbers, given, strict=True):
                results[number] = result
    return results


def learn_times(sources: Sequence[FileSource]) -> None:
    """Have the times of all sources known. Raises EngineError."""
    runs = [Run(source, 0.0, None, None, None, 0.0) for source in sources]
    for numbers in _alike(runs):
        group = [runs[number] for number in numbers]
        if len(group) < 2:
            continue
        with _session(group, {}) as session, session.translated():
            scan = open_scan(
                _events(group), group[0].source.knowledge, ScanRequest(), session, run=RunSql(session.times.now)
            )
            column = scan.field("_time")
            if column is None:
                continue
            time = identifier(column.ident)
            select = f"SELECT min({time}) AS __v0, max({time}) AS __v1 FROM ({scan.sql()})"
            session.is_compiled = True
            for number, oldest, newest in session.rows(_lateral(select, group, "")):
                group[number].source.know_times(None if newest is None else (float(oldest), float(newest)))


def fields_together(runs: Sequence[Run]) -> list[Sequence[str] | None]:
    """The fields of the events in the range of each run; None for a run whose events are to be asked by themselves.
    Raises EngineError."""
    results: list[Sequence[str] | None] = [None] * len(runs)
    for numbers in _alike(runs):
        group = [runs[number] for number in numbers]
        if len(group) < 2:
            continue
        seen: list[list[tuple[str | None, int]]] = [[] for _ in group]
        try:
            with _session(group, {}) as session, session.translated():
                scan = _Source(group).scan(ScanRequest(), session)
                statements = [_lateral(sql, group, "") for sql in scan.names_sql(scan.sql())]
                session.is_compiled = True
                for statement in statements:
                    for number, name, count in session.rows(statement):
                        seen[number].append((name, count))
                for number, own in zip(numbers, seen, strict=True):
                    results[number] = scan.named(own)
        except Apart:
            continue
    return results


# --- which runs go together -----------------------------------------------------------------------------------------


def _alike(runs: Sequence[Run]) -> Iterator[list[int]]:
    """The numbers of runs for which a search becomes the same statement."""
    groups: dict[Hashable, list[int]] = {}
    for number, run in enumerate(runs):
        groups.setdefault(_layout(run), []).append(number)
    for numbers in groups.values():
        for begin in range(0, len(numbers), MOST_RUNS):
            yield numbers[begin : begin + MOST_RUNS]


def _layout(run: Run) -> Hashable:
    """All of a run on which the text of a statement depends, but for what is a column of `__run`."""
    source = run.source
    if source.untimed.is_filled or source.untimed.is_met or not all(events.held for events in source.events):
        return object()
    return (
        tuple(map(_of_events, source.events)),
        tuple(source.ingest.warnings),
        run.earliest is None,
        run.latest is None,
    )


def _of_events(events: RawEvents) -> Hashable:
    file = events.file
    return (
        (file.index, file.sourcetype, file.source, file.host),
        events.json,
        events.broken == 0,
        events.indexed,
        events.timed,
        events.ingested,
        events.multi,
    )


# --- one statement for all of them ----------------------------------------------------------------------------------


class _Session(Session):
    """A session that compiles for several runs. What differs between these is not to be asked for: Apart."""

    is_compiled = False
    times = RunSql("NULL")

    @property
    def now(self) -> float:
        raise Apart

    @now.setter
    def now(self, value: float) -> None:
        pass

    @property
    def earliest(self) -> float | None:
        raise Apart

    @earliest.setter
    def earliest(self, value: float | None) -> None:
        pass

    @property
    def latest(self) -> float | None:
        raise Apart

    @latest.setter
    def latest(self, value: float | None) -> None:
        pass

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """None: the scan has those of each run."""
        return None, None

    def start_sql(self) -> Sql:
        return Sql(self.times.now, Kind.NUMBER)

    def limits_sql(self) -> tuple[Sql | None, Sql | None]:
        earliest, latest = self.times.earliest, self.times.latest
        return (
            None if earliest is None else Sql(earliest, Kind.NUMBER),
            None if latest is None else Sql(latest, Kind.NUMBER),
        )

    @contextmanager
    def between(self, earliest: float | None, latest: float | None) -> Iterator[None]:
        """No other range than that of the run."""
        if (earliest, latest) != (None, None):
            raise Apart
        yield

    @property
    def range(self) -> tuple[float | None, float | None]:
        raise Apart

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> DuckDBPyConnection:
        """Run the whole statement; while the search is compiled, what a statement gives could differ between runs."""
        if not self.is_compiled:
            raise Apart
        return super().execute(sql, parameters)


@dataclass
class _Source:
    """The sources of several runs as one, in which `__run` says whose events they are."""

    runs: Sequence[Run]

    @property
    def root(self) -> DuckDBPyConnection | None:
        return self.runs[0].source.root

    def scan(self, request: ScanRequest, session: Session) -> FileScan:
        first = self.runs[0]
        if any(first.source.ingest.warnings):
            raise Apart
        untimed = Untimed(handle_sql=_of_run([run.source.untimed.handle for run in self.runs], "VARCHAR"))
        return open_scan(
            _events(self.runs), first.source.knowledge, request, session, run=_run_sql(self.runs), untimed=untimed
        )

    def is_settled(self, now: float) -> bool:
        return True

    def lookup(self, name: str) -> LookupTable | None:
        """The table of all runs, or one that stands for those of each, which differ in their rows alone."""
        first, *others = tables = [run.source.lookup(name) for run in self.runs]
        if all(table is first for table in others):
            return first
        plain = None if first is None else replace(first, rows=())
        if plain is None or any(table is None or replace(table, rows=()) != plain for table in others):
            raise Apart
        return replace(plain, rows=_RowsOfRuns(), of_runs=tuple(table for table in tables if table is not None))

    def datamodel(self, name: str) -> ModelDataset | None:
        return self.runs[0].source.datamodel(name)

    def saved_search(self, name: str) -> str | None:
        return self.runs[0].source.saved_search(name)


class _RowsOfRuns(Sequence[Mapping[str, Any]]):
    """The rows of a lookup, which differ from run to run: they are not to be looked at."""

    def __getitem__(self, at: Any) -> Any:
        raise Apart

    def __len__(self) -> int:
        raise Apart


def _run_sql(runs: Sequence[Run]) -> RunSql:
    latest = [run.latest for run in runs]
    return RunSql(
        _time_of_run([run.now for run in runs]),
        _time_of_run([_shift(run) for run in runs]),
        _time_of_run([run.clock - _shift(run) for run in runs]),
        None if runs[0].earliest is None else _time_of_run([run.earliest for run in runs]),
        None if runs[0].latest is None else _time_of_run(latest),
        None
        if runs[0].latest is None
        else _time_of_run([None if end is None else math.nextafter(end, -math.inf) for end in latest]),
    )


def _events(runs: Sequence[Run]) -> list[RawEvents]:
    """The events of a run as the statement has them: in the table, under the run's own numbers."""
    columns = "_raw, __indexed, __position, __when"
    return [
        replace(
            events,
            sql=f"SELECT {columns} FROM {identifier(runs[0].source.held_table)} WHERE __file = "
            + _of_run([run.source.first + number for run in runs], "INTEGER"),
        )
        for number, events in enumerate(runs[0].source.events)
    ]


@contextmanager
def _session(runs: Sequence[Run], macros: Mapping[str, MacroDefinition]) -> Iterator[_Session]:
    source = _Source(runs)
    root = source.root
    assert root is not None
    with translated():
        cursor = root.cursor()
    session = _Session(cursor, root, source, 0.0, compile_pipeline, macros)
    session.names.new(RUN)
    session.times = _run_sql(runs)
    try:
        yield session
    finally:
        for end in session.at_end:
            end()
        if not session.abandoned:
            cursor.close()


def _searched(spl: str, runs: Sequence[Run], macros: Mapping[str, MacroDefinition]) -> list[Result | None]:
    apart: list[Result | None] = [None] * len(runs)
    try:
        with _session(runs, macros) as session, session.translated():
            rows = compile_pipeline(parse_search(spl, session), session).closed()
            known = tuple(session.warnings)
            sql = _statement(rows, runs)
            session.is_compiled = True
            found = session.rows(sql)
            if tuple(session.warnings) != known:  # whose it is is not known
                return apart
    except (Apart, EngineError):
        return apart
    columns = tuple(rows.columns)
    own: list[list[dict[str, Any]]] = [[] for _ in runs]
    for number, *values in found:
        own[number].append(
            {name: from_column(value) for name, value in zip(columns, values, strict=False) if value is not None}
        )
    return [
        None if run.source.untimed.is_met else Result(rows_of, columns, known, sql)
        for run, rows_of in zip(runs, own, strict=True)
    ]


def _statement(rows: Relation, runs: Sequence[Run]) -> str:
    """The statement of a whole search: the number of the run, and its rows in their order."""
    shown = [f"{identifier(column.ident)} AS __v{at}" for at, column in enumerate(rows.columns.values())]
    keys = [f"{key.text} AS __k{at}" for at, key in enumerate(rows.order)]
    order = ", ".join(replace(key, text=f"__rows.__k{at}").sql for at, key in enumerate(rows.order))
    return _lateral(rows.select(f"SELECT {', '.join([*shown, *keys]) or 'NULL AS __v0'}"), runs, order)


def _lateral(select: str, runs: Sequence[Run], order: str) -> str:
    numbers = ", ".join(f"({number})" for number in range(len(runs)))
    by = f"{RUN}.n, {order}" if order else f"{RUN}.n"
    return f"SELECT {RUN}.n, __rows.* FROM (VALUES {numbers}) {RUN}(n), LATERAL (\n{select}\n) __rows ORDER BY {by}"


def _of_run(values: Sequence[float | int | str | None], kind: str) -> str:
    """SQL of a value of the run: the number of the run is all that a statement has to carry along."""
    texts = ["NULL" if value is None else quote(str(value)) for value in values]
    if all(text == texts[0] for text in texts):
        return f"CAST({texts[0]} AS {kind})"
    return f"(CAST([{', '.join(texts)}] AS {kind}[]))[{RUN}.n + 1]"


def _time_of_run(values: Sequence[float | None]) -> str:
    return _of_run([None if value is None else repr(value) for value in values], "DOUBLE")


def _shift(run: Run) -> float:
    return 0.0 if run.newest is None else run.source.shift_to(run.newest)
