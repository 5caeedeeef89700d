"""Running a search whose result may be larger than memory: rows come in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.relation import Relation
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import Source
from storypack.engine.sql import identifier
from storypack.engine.text import parse_search
from storypack.engine.values import from_column
from storypack.spl.macros import MacroDefinition

PIECE = 1_000
EVENT = ("_time", "_raw")


@dataclass(frozen=True)
class Stream:
    """A search that is compiled and waits to be run. `fields` are its columns in display order; `events` = its rows are
    events, of which `fields` names time and text only; `sql` is the last statement (others may have run before)."""

    fields: tuple[str, ...]
    events: bool
    sql: str = field(repr=False)
    _session: Session = field(repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Where Splunk's result may differ; complete once the rows have been read."""
        return tuple(self._session.warnings)

    def follow(self) -> Callable[[], float]:
        """What tells, from another thread, how many percent of the rows' statement have been run; below 0 = unknown."""
        connection = self._session.connection
        connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false").fetchall()
        return connection.query_progress

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows, without nulls. Raises EngineError."""
        result = self._session.execute(self.sql)
        while True:
            with self._session.translated():
                piece = self._session.wait(lambda: result.fetchmany(PIECE))
            if not piece:
                self._session.warn_of_strikes()
                return
            for row in piece:
                values = zip(self.fields, row, strict=False)
                yield {name: from_column(value) for name, value in values if value is not None}


@contextmanager
def open_stream(
    spl: str,
    source: Source,
    macros: Mapping[str, MacroDefinition] | None = None,
    now: float | None = None,
    *,
    earliest: float | None = None,
    latest: float | None = None,
    limit: int | None = None,
    whole_events: bool = True,
    attended: bool = False,
) -> Iterator[Stream]:
    """A compiled search; its state is let go at the end. `limit` = rows at most. Without `whole_events`, a search that
    gives events gives only their time and text, which spares finding out which other fields they have. `attended` = a
    KeyboardInterrupt is to end the search at once, whatever it is at."""
    with open_session(source, macros, now) as session, session.between(earliest, latest):
        session.attended = attended
        with session.translated():
            rows = compile_pipeline(parse_search(spl, session), session)
            events = rows.opener is not None and rows.find("_raw") is not None
            rows = _kept(rows, EVENT) if events and not whole_events else rows.closed()
            idents = [identifier(column.ident) for column in rows.columns.values()]
            suffix = rows.order_by + (f" LIMIT {limit}" if limit is not None else "")
            sql = rows.select(f"SELECT {', '.join(idents) or 'NULL'}", suffix)
        yield Stream(tuple(rows.columns), events, sql, session)


def _kept(rows: Relation, names: tuple[str, ...]) -> Relation:
    return rows.keep(name for name in names if rows.find(name) is not None)
