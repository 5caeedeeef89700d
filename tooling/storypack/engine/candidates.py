"""Many searches over one scan: the events that any of them can match, with the fields that they read, in typed tables.

Each source type is read, cut and extracted once. What no search's base filter can match is thrown away on the way, so
that the cost grows with the data and hardly with the number of searches:

    candidates = collect(source, plans, now)           # one pass: collecting.py
    search(spl, candidates, macros, now, ...)          # as over the files themselves, any number of times
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.errors import EngineError
from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.knowledge.files import FileSource
from storypack.engine.relation import Column, OrderKey
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, Scan, ScanRequest
from storypack.engine.sql import Kind, Sql, identifier
from storypack.spl import tree

EVENT = "__event"
"""The field that numbers a candidate: asked for like any other field, a table's number times TABLE plus its row."""
AT = "__at"
"""The field that holds a candidate's own time, which no command has binned."""
RUN = "__run"
"""The field that numbers the run that sees an event; see `Candidates.runs`."""
TABLE = 1 << 40
_NUMBERS = ("_time", "_indextime", EVENT, AT)


class NotPlanned(EngineError):
    """A search asks for a field that its plan did not name; it has to be run over the files themselves."""


@dataclass(frozen=True, slots=True)
class CandidateTable:
    """The candidates of one source type. `constants` are the fields that all of them share; `columns` the fields by
    name (None = no event has it); `count` how many there are, of `total` events. `impossible` = tags and event types
    that none of them can have."""

    number: int
    name: str
    constants: Mapping[str, str]
    impossible: frozenset[tuple[str, str]]
    columns: Mapping[str, Column | None]
    count: int
    total: int


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


@dataclass(frozen=True, slots=True)
class EventAt:
    """A candidate: where it stands (`file` = as a reader knows it), its time (epoch seconds; None = it shows none) and
    its raw text. `line` counts from 1; None where the file does not say."""

    path: Path
    file: str
    sourcetype: str
    line: int | None
    time: float | None
    raw: str


@dataclass
class Candidates:
    """A source of searches: the tables. `names` = what to call a file in place of its path. `untimed` = it shows the
    events without a time, all at `clock`, instead of those with one. `runs` = ranges of time (from, before): each event
    comes once for each of them that it lies in, and RUN is its number; no event holds a field beyond `planned` then."""

    files: FileSource
    tables: Sequence[CandidateTable]
    lookups: Mapping[str, LookupTable] = field(default_factory=dict)
    names: Mapping[Path, str] = field(default_factory=dict, repr=False)
    clock: float = 0.0
    untimed: bool = False
    runs: Sequence[tuple[float, float]] = ()
    planned: frozenset[str] = frozenset()

    @property
    def root(self) -> duckdb.DuckDBPyConnection:
        return self.files.root

    def scan(self, request: ScanRequest, session: Session) -> CandidateScan:
        term = request.term
        needed = set(labels(term))
        tables = [
            each for each in self.tables if may_match(term, each.constants) and not needed.intersection(each.impossible)
        ]
        return CandidateScan(session, request, self, tables)

    def lookup(self, name: str) -> LookupTable | None:
        return self.lookups.get(name) or self.files.lookup(name)

    def datamodel(self, name: str) -> ModelDataset | None:
        found = self.files.datamodel(name)
        return found and replace(found, fields={**found.fields, EVENT: EVENT, AT: AT, RUN: RUN})

    def is_settled(self, now: float) -> bool:
        return True

    def saved_search(self, name: str) -> str | None:
        return self.files.saved_search(name)

    def events(self, numbers: Iterable[int]) -> dict[int, EventAt]:
        """Candidates by their numbers."""
        rows: dict[int, list[int]] = {}
        for number in numbers:
            rows.setdefault(number // TABLE, []).append(number % TABLE)
        found = {}
        for table, places in rows.items():
            sql = (
                f"SELECT rowid, __origin, __position, __time, _raw FROM {identifier(self.tables[table].name)} "
                f"WHERE rowid IN ({', '.join(map(str, places))})"
            )
            for place, origin, position, time, raw in self.root.cursor().execute(sql).fetchall():
                file = self.files.events[origin].file
                found[table * TABLE + place] = EventAt(
                    file.path, self.names.get(file.path, str(file.path)), file.sourcetype, position, time, raw
                )
        return found

    def with_lines(self, events: Iterable[EventAt]) -> dict[EventAt, EventAt]:
        """The same events, with the lines of those that stand in large files, which are read once more for it."""
        bare = {event for event in events if event.line is None}
        wanted: dict[Path, set[str]] = {}
        for event in bare:
            wanted.setdefault(event.path, set()).add(event.raw)
        lines: dict[tuple[Path, str], int] = {}
        for raw_events in self.files.events:
            path = raw_events.file.path
            texts = wanted.get(path)
            if texts:
                sql = (
                    "WITH wanted AS MATERIALIZED (SELECT unnest(?::VARCHAR[]) AS _raw) "
                    f"SELECT _raw, min(__position) FROM ({raw_events.sql}) JOIN wanted USING (_raw) GROUP BY 1"
                )
                found = self.root.cursor().execute(sql, [sorted(texts)]).fetchall()
                lines |= {(path, raw): position for raw, position in found}
        return {event: replace(event, line=lines.get((event.path, event.raw))) for event in bare}


@dataclass
class WholeFiles:
    """The same files as they are, for a search that cannot share the pass of others; each scan reads them anew."""

    files: FileSource
    lookups: Mapping[str, LookupTable] = field(default_factory=dict)

    @property
    def root(self) -> duckdb.DuckDBPyConnection:
        return self.files.root

    def scan(self, request: ScanRequest, session: Session) -> Scan:
        return self.files.scan(request, session)

    def lookup(self, name: str) -> LookupTable | None:
        return self.lookups.get(name) or self.files.lookup(name)

    def datamodel(self, name: str) -> ModelDataset | None:
        return self.files.datamodel(name)

    def is_settled(self, now: float) -> bool:
        return self.files.is_settled(now)

    def saved_search(self, name: str) -> str | None:
        return self.files.saved_search(name)


@dataclass
class CandidateScan:
    """A pass over candidates."""

    session: Session
    request: ScanRequest
    source: Candidates
    tables: Sequence[CandidateTable]
    _columns: dict[str, Column | None] = field(default_factory=dict)
    _values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def order(self) -> Sequence[OrderKey]:
        """Newest first; of one second, what stands later first."""
        time = self.field("_time")
        assert time is not None
        return (
            OrderKey(identifier(time.ident), descending=True),
            OrderKey("__table"),
            OrderKey("__row", descending=True, place=True),
        )

    def field(self, name: str) -> Column | None:
        if name not in self._columns:
            self._columns[name] = self._add(name)
        return self._columns[name]

    def _add(self, name: str) -> Column | None:
        values = [self._value(table, name) for table in self.tables]
        if not values:
            return Column(self.session.names.new(name), Kind.NUMBER if name in _NUMBERS else Kind.STRING)
        if all(value.kind is Kind.NULL for value in values):
            return None
        kind = common_kind([value.kind for value in values])
        column = Column(self.session.names.new(name), kind)
        self._values[column.ident] = [
            coerce(value, kind) if value.kind is not Kind.NULL else f"CAST(NULL AS {kind.duckdb})" for value in values
        ]
        return column

    def _value(self, table: CandidateTable, name: str) -> Sql:
        if name == EVENT:
            return Sql(f"CAST({table.number * TABLE} + __row AS DOUBLE)", Kind.NUMBER)
        if name == RUN:
            return Sql("CAST(__run_number AS VARCHAR)" if self.source.runs else "NULL::VARCHAR", Kind.STRING)
        if name in ("_time", "_indextime", AT):
            return Sql(f"{self.source.clock!r}::DOUBLE" if self.source.untimed else "__time", Kind.NUMBER)
        if self.source.runs and name not in self.source.planned:
            return Sql("NULL", Kind.NULL)
        if name not in table.columns:
            if name.startswith("_") and name != "_raw":
                return Sql("NULL", Kind.NULL)
            raise NotPlanned(f"the field `{name}` was not planned")
        column = table.columns[name]
        return Sql("NULL", Kind.NULL) if column is None else column.sql

    def names(self, rows: str) -> Sequence[str]:
        raise NotPlanned("the search asks for all fields")

    def sql(self, named: str | None = None) -> str:
        if self.tables:
            return " UNION ALL ".join(self._part(at, named) for at in range(len(self.tables)))
        columns = [column for column in self._columns.values() if column]
        values = [f"CAST(NULL AS {column.kind.duckdb}) AS {identifier(column.ident)}" for column in columns]
        return f"SELECT {', '.join([*values, '0 AS __table', '0 AS __row'])} WHERE FALSE"

    def _part(self, at: int, named: str | None) -> str:
        table = self.tables[at]
        shown = {identifier(ident): texts[at] for ident, texts in self._values.items()}
        shown = {ident: text for ident, text in shown.items() if named is None or ident in named}
        values = ", ".join(f"{text} AS {ident}" for ident, text in shown.items())
        limits = ["__time IS NULL"] if self.source.untimed else _within(self.request)
        rows = f"SELECT *, rowid AS __row, {table.number} AS __table FROM {identifier(table.name)}"
        if self.source.runs:
            rows = f"SELECT * FROM ({rows}) JOIN ({_runs_sql(self.source.runs)}) ON __time >= __from AND __time < __to"
        return f"SELECT {values}{', ' if values else ''}__table, __row FROM ({rows}) WHERE {' AND '.join(limits)}"


def _runs_sql(runs: Sequence[tuple[float, float]]) -> str:
    starts, ends = ([f"'{each}'" for each in side] for side in zip(*runs, strict=True))
    return (
        f"SELECT unnest(range({len(runs)})) AS __run_number, unnest([{', '.join(starts)}]::DOUBLE[]) AS __from, "
        f"unnest([{', '.join(ends)}]::DOUBLE[]) AS __to"
    )


def _within(request: ScanRequest) -> list[str]:
    earliest = -math.inf if request.earliest is None else request.earliest
    latest = math.inf if request.latest is None else request.latest
    limits = ["__time IS NOT NULL"]
    limits += [f"__time >= {earliest!r}"] if math.isfinite(earliest) else []
    return limits + ([f"__time < {latest!r}"] if math.isfinite(latest) else [])


def may_match(term: tree.Term | None, constants: Mapping[str, str]) -> bool:
    """Whether events that share these fields can match."""
    return term is None or reduce_term(relaxed(term), constants) is not None


def relaxed(term: tree.Term) -> tree.Term:
    """A term that holds wherever the term holds at any time of search: without its time modifiers."""
    match term:
        case tree.TimeModifier():
            return TRUE
        case tree.And(terms) | tree.Or(terms):
            return replace(term, terms=tuple(relaxed(each) for each in terms))
        case tree.Not(inner) if _has_time(inner):
            return TRUE
        case _:
            return term


def _has_time(term: tree.Term) -> bool:
    match term:
        case tree.And(terms) | tree.Or(terms):
            return any(map(_has_time, terms))
        case tree.Not(inner):
            return _has_time(inner)
        case _:
            return isinstance(term, tree.TimeModifier)


def labels(term: tree.Term | None) -> Iterator[tuple[str, str]]:
    """Tags and event types that every event of the result must have."""
    match term:
        case tree.And(terms):
            for each in terms:
                yield from labels(each)
        case tree.Compare(tree.Field("tag" | "eventtype" as name), "=", tree.Word(value)) if "*" not in value:
            yield name, value
