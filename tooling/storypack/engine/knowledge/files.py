"""Files of events as a source of searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from storypack.engine.datamodels import model_dataset
from storypack.engine.events.reading import EventFile, RawEvents, read_events
from storypack.engine.knowledge.apps import Knowledge, load_knowledge
from storypack.engine.knowledge.scan import FileScan, open_scan
from storypack.engine.root import open_root
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, ScanRequest
from storypack.engine.sql import identifier


class FileSource:
    """Event files with search-time knowledge; a context manager, since it holds a DuckDB connection.

    `newest_at` (epoch seconds) moves all times so that the newest event lies there: old logs become recent ones, and
    `earliest=-70m` finds them. `clock` is the time of events that show none (the start of the search, as a rule).
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
    ) -> None:
        self.knowledge = load_knowledge() if knowledge is None else knowledge
        self.root: duckdb.DuckDBPyConnection = open_root([file.path for file in files])
        self._clock = clock
        self._lookups = lookups or {}
        self._saved_searches = saved_searches or {}
        self._shift = 0.0
        try:
            self.events: list[RawEvents] = read_events(self.root, files, csv=csv)
        except BaseException:
            self.root.close()
            raise
        self._newest_at = newest_at

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection and of what was cut into tables."""
        self.root.close()

    @property
    def broken(self) -> Mapping[Path, int]:
        """How many events of each file are not what its format promises; files without any are left out."""
        return {events.file.path: events.broken for events in self.events if events.broken}

    def scan(self, request: ScanRequest, session: Session) -> FileScan:
        if self._newest_at is not None:
            self._shift = self._newest_at - self._newest(session)
            self._newest_at = None
        return open_scan(self.events, self.knowledge, request, session, clock=self._clock, shift=self._shift)

    def _newest(self, session: Session) -> float:
        scan = open_scan(self.events, self.knowledge, ScanRequest(), session, clock=None)
        column = scan.field("_time")
        if column is None:
            return self._clock
        (newest,) = session.execute(f"SELECT max({identifier(column.ident)}) FROM ({scan.sql()})").fetchall()[0]
        return self._clock if newest is None else float(newest)

    def lookup(self, name: str) -> LookupTable | None:
        return self._lookups.get(name) or self._lookups.get(name.removesuffix(".csv")) or self.knowledge.lookup(name)

    def datamodel(self, name: str) -> ModelDataset | None:
        return model_dataset(name)

    def saved_search(self, name: str) -> str | None:
        return self._saved_searches.get(name)
