"""Running a search: text in, rows out."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb

from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import SearchError
from storypack.engine.failures import translated
from storypack.engine.memory import DictSource
from storypack.engine.relation import Relation
from storypack.engine.root import open_root
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, Source
from storypack.engine.sql import identifier
from storypack.engine.text import parse_search
from storypack.engine.values import from_column
from storypack.spl.macros import MacroDefinition, definitions


@dataclass(frozen=True, slots=True)
class Result:
    """What a search gave: rows without nulls, the columns in display order, where Splunk's result may differ, and the
    SQL of the last statement."""

    rows: list[dict[str, Any]]
    fields: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    sql: str = field(default="", repr=False)


def run_search(
    spl: str,
    events: Sequence[Mapping[str, Any]] = (),
    macros: Mapping[str, Mapping[str, Any]] | None = None,
    lookups: Mapping[str, Mapping[str, Any]] | None = None,
    now: float | None = None,
) -> list[dict[str, Any]]:
    """The rows that a search gives for events held in memory.

    `events` are dictionaries of fields in the order in which a search returns them (newest first), a list being a
    multivalue field; nothing is extracted from `_raw` unless the search does so. `macros` are
    `{"name(1)": {"args": "x", "definition": "..."}}`, `lookups` `{"name": {"rows": [...], "match_type": "CIDR(ip)",
    "case_sensitive": True}}`. `now` is the start of the search in epoch seconds. All times are UTC, the range is all
    time.

    A value is text, a number or a list of texts; null is absent. Raises EngineError: `NotSupported` or `SearchError`.
    """
    source = DictSource(events, {name: lookup_table(name, given) for name, given in (lookups or {}).items()})
    return search(spl, source, definitions(macros or {}), now).rows


def search(
    spl: str,
    source: Source,
    macros: Mapping[str, MacroDefinition] | None = None,
    now: float | None = None,
    *,
    earliest: float | None = None,
    latest: float | None = None,
) -> Result:
    """Run a search over a source; see `Result`. `earliest` and `latest` are the time range (epoch seconds)."""
    with open_session(source, macros, now) as session, session.between(earliest, latest), session.translated():
        result = fetch_result(compile_pipeline(parse_search(spl, session), session), session)
    if source.is_settled(session.now):
        return result
    return search(spl, source, macros, session.now, earliest=earliest, latest=latest)


@contextmanager
def open_session(
    source: Source, macros: Mapping[str, MacroDefinition] | None = None, now: float | None = None
) -> Iterator[Session]:
    """A run's state; its cursor, and with it every temporary table, is closed at the end."""
    with translated():
        root = source.root or _root()
        cursor = root.cursor()
    start = time.time() if now is None else float(now)
    session = Session(cursor, root, source, start, compile_pipeline, macros or {})
    try:
        yield session
    finally:
        for end in session.at_end:
            end()
        if not session.abandoned:  # closing would wait for it
            cursor.close()


def fetch_result(rows: Relation, session: Session) -> Result:
    """Run the whole search and collect its rows in order."""
    rows = rows.closed()
    columns = rows.columns
    values = ", ".join(identifier(column.ident) for column in columns.values()) or "NULL"
    sql = rows.select(f"SELECT {values}", rows.order_by)
    found = session.rows(sql)
    return Result(
        [
            {name: from_column(value) for name, value in zip(columns, row, strict=False) if value is not None}
            for row in found
        ],
        tuple(columns),
        tuple(session.warnings),
        sql,
    )


def lookup_table(name: str, given: Mapping[str, Any]) -> LookupTable:
    """A lookup as `run_search` gets it: `rows`, `match_type` ("WILDCARD(a), CIDR(b)"), `case_sensitive`."""
    rows = given.get("rows") or []
    match_types: dict[str, Any] = {}
    for part in str(given.get("match_type") or "").split(","):
        kind, _, rest = part.strip().partition("(")
        if rest:
            if kind.upper() not in ("WILDCARD", "CIDR", "EXACT"):
                raise SearchError(f"lookup `{name}`: unknown match type `{kind}`")
            if kind.upper() != "EXACT":
                match_types[rest.rstrip(") ")] = kind.upper()
    return LookupTable(
        name,
        tuple(dict.fromkeys(field for row in rows for field in row)),
        rows,
        match_types,
        case_sensitive=bool(given.get("case_sensitive", True)),
    )


_lock = threading.Lock()
_connection: duckdb.DuckDBPyConnection | None = None


def _root() -> duckdb.DuckDBPyConnection:
    """The connection that owns the SQL functions: made once, since defining them costs more than a small search."""
    global _connection
    with _lock:
        if _connection is None:
            _connection = open_root()
            atexit.register(close)
        return _connection


def close() -> None:
    """Close the shared connection; the next search opens a new one."""
    global _connection
    with _lock:
        if _connection is not None:
            _connection.close()
            _connection = None
