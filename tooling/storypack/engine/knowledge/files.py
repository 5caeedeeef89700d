"""Files of events as a source of searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from storypack.engine.datamodels import add_on_dataset, model_dataset
from storypack.engine.events.hold import HELD_TABLE, Hold, Survey
from storypack.engine.events.origin import EventFile
from storypack.engine.events.reading import (
    RawEvents,
    counted,
    counted_copies,
    has_seen_broken,
    judged,
    load_events,
    read_events,
    table_events,
    watch_broken,
)
from storypack.engine.failures import translated
from storypack.engine.ingest.pipeline import Ingest, modified
from storypack.engine.knowledge.apps import Knowledge, load_knowledge
from storypack.engine.knowledge.origins import MANY, write_files_table
from storypack.engine.knowledge.scan import FileScan, RunSql, open_scan
from storypack.engine.knowledge.untimed import Untimed
from storypack.engine.root import open_root
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, ScanRequest
from storypack.engine.sql import identifier


@dataclass(frozen=True, slots=True)
class EventTable:
    """Events held in memory beside the files: fields by name, `_time` in epoch seconds. `origin` says what Splunk's
    inputs would say of them; its path is only a name."""

    origin: EventFile
    rows: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


def _readable(files: Iterable[EventFile]) -> list[Path]:
    """What DuckDB may read of files: themselves, or their copies."""
    paths = dict.fromkeys(path for file in files for path in (file.path, file.copy.path if file.copy else file.path))
    return list(paths)


class FileSource:
    """Event files with search-time knowledge; a context manager, since it holds a DuckDB connection.

    `newest_at` (epoch seconds) moves all times so that the newest event lies there: old logs become recent ones, and
    `earliest=-70m` finds them. `clock` is the time of events that show none and have none before them in their
    file (the start of the search, as a rule); with `file_times` it is that of the file's last change instead.
    `root` is a connection that may read the files, and stays open; without one the source opens its own, of so much
    `memory` (see `open_root`). `hasty` = large files are not looked through first; see `settle`. `progress` is told how
    many files have been read. `hold` is a table of `root` that several sources share: see `together.py`. `at_close` =
    what is to be let go of before the connection.
    """

    def __init__(
        self,
        files: Sequence[EventFile],
        knowledge: Knowledge | None = None,
        *,
        clock: float,
        newest_at: float | None = None,
        lookups: Mapping[str, LookupTable] | None = None,
        saved_searches: Mapping[str, str] | None = None,
        csv: bool | None = None,
        tables: Sequence[EventTable] = (),
        root: duckdb.DuckDBPyConnection | None = None,
        hasty: bool = False,
        memory: int | None = None,
        file_times: bool = False,
        progress: Callable[[int], object] = lambda read: None,
        hold: Hold | None = None,
    ) -> None:
        self.knowledge = load_knowledge() if knowledge is None else knowledge
        with translated():
            self.root: duckdb.DuckDBPyConnection = root or open_root(_readable(files), memory=memory)
        self._owns_root = root is None
        self._lookups = lookups or {}
        self._saved_searches = saved_searches or {}
        self.clock = clock
        self.newest_at = newest_at
        self._given = (tuple(files), csv, tuple(tables), progress)
        self._hold = hold
        self.first = 0 if hold is None else hold.parts
        self.held_table = HELD_TABLE if hold is None else hold.table
        self._file_times = file_times
        self.ingest = Ingest(self.knowledge, clock, file_times=file_times)
        self.untimed = Untimed()
        self.events: list[RawEvents] = []
        self.at_close: list[Callable[[], object]] = []
        try:
            with translated():
                self._read(hasty=hasty)
        except BaseException:
            self.close()
            raise

    def _read(self, *, hasty: bool) -> None:
        files, csv, tables, progress = self._given
        self.untimed.forget()
        self.untimed = Untimed()
        self.ingest = Ingest(self.knowledge, self.clock, file_times=self._file_times)
        if self._hold is not None:
            self.events = load_events(self._hold, files, csv=csv, ingest=self.ingest, progress=progress)
            return
        self.events = read_events(self.root, files, csv=csv, hasty=hasty, ingest=self.ingest, progress=progress)
        if len(self.events) > MANY:
            write_files_table(self.root, self.events)
        if not self.are_broken_counted:
            watch_broken(self.root)
        for number, table in enumerate(tables or ([] if files else [EventTable(EventFile(Path()))])):
            self.events.append(table_events(self.root, table.rows, table.origin, f"table_{number}"))
        self.is_hasty = hasty

    def judge(self, surveys: Mapping[int, Survey]) -> None:
        """Know of events that are held together with those of others what has been found by looking at all."""
        self.events = judged(self.events, surveys, self.first)

    def settle(self) -> None:
        """Read the files once more without haste, after a search that failed with UnreadableEvents."""
        with translated():
            self._read(hasty=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection, and with it of what was cut into tables; first of what was opened on it."""
        while self.at_close:
            self.at_close.pop()()
        for events in self.events:
            if events.inspection is not None:
                events.inspection.stop()
        self.untimed.forget()
        if self._owns_root:
            self.root.close()

    @property
    def count(self) -> int:
        """How many events there are."""
        self._count()
        return sum(events.count or 0 for events in self.events)

    def _count(self) -> None:
        with translated():
            self.events[:] = [counted(self.root, events) for events in counted_copies(self.root, self.events)]

    @property
    def broken(self) -> Mapping[Path, int]:
        """How many events of each file are not what its format promises; files without any are left out. Large files
        are read for it."""
        self._count()
        broken = Counter[Path]()
        for events in self.events:
            if events.broken:
                broken[events.file.path] += events.broken
        return broken

    @property
    def are_broken_counted(self) -> bool:
        """Whether `broken` is known without reading."""
        return all(events.broken is not None for events in self.events)

    @property
    def has_seen_broken(self) -> bool:
        """Whether `broken` would have something to tell, as far as searches have read the files."""
        return any(events.broken for events in self.events) or has_seen_broken(self.root)

    def faults(self, patience: float | None = None) -> Mapping[Path, str]:
        """Why searches so far may have missed events of a file that DuckDB reads itself: it is damaged, or has a line
        of a length that DuckDB leaves out. Waits for the look at all bytes, `patience` seconds at most (None = to its
        end). `settle` reads such a file with care. Raises UnpacksToTooMuch."""
        seen = {
            events.file.path: events.inspection.findings(patience)
            for events in self.events
            if events.inspection is not None
        }
        return {
            path: findings.fault or "it has a line of more than 16 MiB"
            for path, findings in seen.items()
            if findings is not None and not findings.trusted
        }

    @property
    def damaged(self) -> Mapping[Path, str]:
        """Why files could not be read to their end; whole ones are left out."""
        return {events.file.path: events.damage for events in self.events if events.damage}

    @property
    def notes(self) -> Mapping[Path, Mapping[str, int]]:
        """Words on how events of a file were read, and of how many events each."""
        notes: dict[Path, Counter[str]] = {}
        for events in self.events:
            if events.notes:
                notes.setdefault(events.file.path, Counter()).update(events.notes)
        return notes

    @property
    def replaced(self) -> Mapping[Path, int]:
        """How many stretches of bytes were replaced in each file, since they are no text; whole ones are left out."""
        return {events.file.path: events.replaced for events in self.events if events.replaced}

    @cached_property
    def times(self) -> tuple[float, float] | None:
        """The oldest and the newest time that the events themselves show (epoch seconds); None if none shows one."""
        with open_session(self) as session:
            scan = open_scan(self.events, self.knowledge, ScanRequest(), session, run=RunSql(repr(session.now)))
            column = scan.field("_time")
            if column is None:
                return None
            time = identifier(column.ident)
            ((oldest, newest),) = session.rows(f"SELECT min({time}), max({time}) FROM ({scan.sql()})")
        return None if newest is None else (float(oldest), float(newest))

    def know_times(self, times: tuple[float, float] | None) -> None:
        """Have `times` without asking for them."""
        self.__dict__["times"] = times

    @property
    def shift(self) -> float:
        """Seconds added to each time."""
        return self.shift_to(self.newest_at)

    def shift_to(self, newest_at: float | None) -> float:
        """Seconds added to each time, so that the newest event lies there."""
        return 0.0 if newest_at is None or self.times is None else newest_at - self.times[1]

    def scan(self, request: ScanRequest, session: Session) -> FileScan:
        for warning in self.ingest.warnings:
            session.warn(warning)
        return open_scan(
            self.events,
            self.knowledge,
            request,
            session,
            run=RunSql(repr(session.now), repr(self.shift), repr(self.clock - self.shift)),
            untimed=self.untimed,
        )

    @property
    def warnings(self) -> Iterator[str]:
        """What there is to say of the events, as far as searches have read them: some show no time, or were cut."""
        yield from self.ingest.messages()
        yield from self.untimed.messages(dict(enumerate(self.events)))

    def is_settled(self, now: float) -> bool:
        """Whether what searches have been given so far can stand. Where one has met events without a time it cannot:
        these times are filled in now, and the search is to be run again."""
        if self.untimed.is_filled or not self.untimed.is_met:
            return True
        with open_session(self, now=now) as session:
            scan = open_scan(self.events, self.knowledge, ScanRequest(), session, run=RunSql(repr(session.now)))
            column = scan.field("_time")
            assert column is not None
            time = identifier(column.ident)
            rows = session.rows(
                f"SELECT __origin, count(*) FILTER ({time} IS NULL), count(*) FROM ({scan.sql()}) GROUP BY 1 ORDER BY 1"
            )
        self.untimed.counts = {number: (lacking, total) for number, lacking, total in rows if lacking}
        if self._file_times:
            paths = {number: self.events[number].file.path for number in self.untimed.counts}
            self.untimed.own = {number: modified(path) for number, path in paths.items() if path.exists()}
        self.untimed.is_filled = True
        return False

    @property
    def lookups(self) -> Mapping[str, LookupTable]:
        """The lookups beside those of the knowledge."""
        return self._lookups

    def lookup(self, name: str) -> LookupTable | None:
        return self._lookups.get(name) or self._lookups.get(name.removesuffix(".csv")) or self.knowledge.lookup(name)

    def datamodel(self, name: str) -> ModelDataset | None:
        """A dataset of the add-ons' models, else of the built-in ones."""
        model, _, dataset = name.partition(".")
        own = self.knowledge.models.get(model)
        return model_dataset(name) if own is None else add_on_dataset(own, dataset)

    def saved_search(self, name: str) -> str | None:
        return self._saved_searches.get(name)
