"""Many searches over one scan: the events that any of them can match, with the fields that they read, in typed tables.

Each event is read once. What no search's base filter can match is thrown away on the way, so that the cost grows with
the data and hardly with the number of searches:

    staged = [...stage(source, filters, now)]                    # the one pass: staging.py
    candidates = Candidates(source, staged, fields, now)
    search(spl, candidates.of(filters), macros, now, ...)        # as over the files themselves, any number of times
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from storypack.engine.candidate_scan import AT, EVENT, RUN, TABLE, CandidateScan, NotPlanned
from storypack.engine.collecting import CandidateTable, Collection, fields_read
from storypack.engine.filters import Filters, filters_of, may_match
from storypack.engine.knowledge.files import FileSource
from storypack.engine.plan import ScanPlan
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, Scan, ScanRequest
from storypack.engine.staging import Coverage, Staged, stage

__all__ = ["AT", "EVENT", "RUN", "Candidates", "Coverage", "EventAt", "NotPlanned", "WholeFiles", "collect"]


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


def collect(source: FileSource, plans: Sequence[ScanPlan], now: float) -> Candidates:
    """The candidates of one search, of which these are the passes."""
    filters = filters_of(plan.request for plan in plans)
    staged = [each for parts, _ in stage(source, [filters], now) for each in parts]
    return Candidates(source, staged, {filters: fields_read(filters, plans)}, now).of(filters)


@dataclass
class Candidates:
    """A source of searches: what has been put aside, of which `of` chooses. `wanted` = the fields that searches with
    the same base filters read; `now` = the year of times without one (epoch seconds). `names` = what to call a file in
    place of its path. `untimed` = it shows the events without a time, all at `clock`, instead of those with one.
    `planned` = the fields beyond which no event holds any (None = to ask for another is refused). `kept` = a table
    whose column `ev` numbers the events that a search sees; empty = all."""

    files: FileSource
    staged: Sequence[Staged]
    wanted: Mapping[Filters, frozenset[str]]
    now: float
    tables: Sequence[CandidateTable] = ()
    lookups: Mapping[str, LookupTable] = field(default_factory=dict)
    names: Mapping[Path, str] = field(default_factory=dict, repr=False)
    clock: float = 0.0
    untimed: bool = False
    planned: frozenset[str] | None = None
    kept: str = ""
    collection: Collection | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.collection is None:
            self.collection = Collection(self.files, self.staged, self.wanted, self.now)

    def of(self, filters: Filters) -> Candidates:
        """The candidates of a search with these base filters."""
        assert self.collection is not None
        return replace(self, tables=self.collection.tables(filters), lookups=dict(self.lookups))

    def has_telemetry(self, filters: Filters) -> bool:
        """Whether there are events of a kind that a search with these base filters asks for."""
        return any(filters in each.possible and each.hours for each in self.staged)

    @property
    def count(self) -> int:
        """How many events pass a base filter, with or without a time."""
        return sum(table.count for table in self.tables)

    @property
    def has_untimed(self) -> bool:
        """Whether an event without a time passes a base filter."""
        counts = [f"(SELECT count(*) FROM {table.name} WHERE __time IS NULL)" for table in self.tables]
        return bool(counts) and any(self.root.cursor().execute(f"SELECT {', '.join(counts)}").fetchall()[0])

    @property
    def lack_times(self) -> bool:
        """Whether any event has no time."""
        return any(each.hours.get(None) for each in self.staged)

    @property
    def root(self) -> duckdb.DuckDBPyConnection:
        return self.files.root

    def scan(self, request: ScanRequest, session: Session) -> CandidateScan:
        tables = [each for each in self.tables if may_match(request.term, each.constants)]
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
        assert self.collection is not None
        parts = {each.number: each for each in self.collection.parts}
        found = {}
        for part, places in rows.items():
            sql = (
                f"SELECT rowid, __origin, {parts[part].position}, __time, _raw FROM {parts[part].table} "
                "WHERE rowid IN (SELECT unnest(?::BIGINT[]))"
            )
            for place, origin, position, time, raw in self.root.cursor().execute(sql, [places]).fetchall():
                file = self.files.events[origin].file
                found[part * TABLE + place] = EventAt(
                    file.path, self.names.get(file.path, str(file.path)), file.sourcetype, position, time, raw
                )
        return found

    def with_lines(self, events: Iterable[EventAt]) -> dict[EventAt, EventAt]:
        """The same events, with the lines of those that stand in large files, which are read once more for it."""
        bare = {event for event in events if event.line is None}
        wanted: dict[Path, set[str]] = {}
        for event in bare:
            wanted.setdefault(event.path, set()).add(event.raw)
        lines = {
            (path, raw): line
            for path, texts in wanted.items()
            for raw, line in lines_of(self.files, path, texts).items()
        }
        return {event: replace(event, line=lines.get((event.path, event.raw))) for event in bare}


def lines_of(source: FileSource, path: Path, texts: Iterable[str]) -> dict[str, int]:
    """The first line of each of the events of a file that have these texts; the file is read for it."""
    found: dict[str, int] = {}
    for raw_events in source.events:
        if raw_events.file.path == path and raw_events.sql:
            sql = (
                "WITH wanted AS MATERIALIZED (SELECT unnest(?::VARCHAR[]) AS _raw) "
                f"SELECT _raw, min(__position) FROM ({raw_events.sql}) JOIN wanted USING (_raw) GROUP BY 1"
            )
            found |= dict(source.root.cursor().execute(sql, [sorted(texts)]).fetchall())
    return found


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
