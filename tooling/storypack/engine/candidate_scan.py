"""A pass over candidates: their typed tables side by side, as a search sees them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from storypack.engine.collecting import CandidateTable
from storypack.engine.errors import EngineError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.source import ScanRequest
from storypack.engine.sql import Kind, Sql, identifier
from storypack.engine.united import UnitedScan

EVENT = "__event"
"""The field that numbers a candidate: asked for like any other field, its origin's number times TABLE plus its row."""
AT = "__at"
"""The field that holds a candidate's own time, which no command has binned."""
RUN = "__run"
"""The field that numbers the run that sees an event; see `in_runs`."""
TABLE = 1 << 40
_NUMBERS = ("_time", "_indextime", EVENT, AT)


class NotPlanned(EngineError):
    """A search asks for a field that its plan did not name; it has to be run over the files themselves."""


class Shown(Protocol):
    """What of the candidates a pass sees; see `Candidates`."""

    clock: float
    untimed: bool
    planned: frozenset[str] | None
    kept: str


@dataclass
class CandidateScan(UnitedScan):
    """A pass over candidates."""

    request: ScanRequest
    source: Shown
    tables: Sequence[CandidateTable]

    @property
    def order(self) -> Sequence[OrderKey]:
        return self.ordered_by("__origin", "__row")

    def values_of(self, name: str) -> Sequence[Sql]:
        return [self._value(table, name) for table in self.tables]

    def field(self, name: str) -> Column | None:
        if not self.tables and name not in self._columns:
            kind = Kind.NUMBER if name in _NUMBERS else Kind.STRING
            self._columns[name] = Column(self.session.names.new(name), kind)
        return super().field(name)

    def _value(self, table: CandidateTable, name: str) -> Sql:
        if name == EVENT:
            return Sql(f"CAST(__part * {TABLE} + __row AS DOUBLE)", Kind.NUMBER)
        if name == RUN:
            return Sql("NULL::VARCHAR", Kind.STRING)
        if name in ("_time", "_indextime", AT):
            return Sql(f"{self.source.clock!r}::DOUBLE" if self.source.untimed else "__time", Kind.NUMBER)
        if self.source.planned is not None and name not in self.source.planned:
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
        return f"SELECT {', '.join([*values, '0 AS __origin', '0 AS __row'])} WHERE FALSE"

    def _part(self, at: int, named: str | None) -> str:
        table = self.tables[at]
        shown = {identifier(ident): texts[at] for ident, texts in self._values.items()}
        shown = {ident: text for ident, text in shown.items() if named is None or ident in named}
        values = ", ".join(f"{text} AS {ident}" for ident, text in shown.items())
        limits = ["__time IS NULL"] if self.source.untimed else _within(self.request)
        rows = identifier(table.name)
        if self.source.kept:
            rows = f"(SELECT * FROM {rows} WHERE __part * {TABLE} + __row IN (SELECT ev FROM {self.source.kept}))"
        return f"SELECT {values}{', ' if values else ''}__origin, __row FROM {rows} WHERE {' AND '.join(limits)}"


def in_runs(rows: Relation, at: str, runs: Sequence[tuple[float, float]]) -> Relation:
    """Each row once for each of these ranges of time (from, before) that its event lies in, with the range's number in
    RUN. `at` = the column (quoted) of the event's own time."""
    ident, number, first, end = (rows.names.new(name) for name in (RUN, "__number", "__from", "__to"))
    starts, ends = ([f"'{each}'" for each in side] for side in zip(*runs, strict=True))
    ranges = (
        f"SELECT CAST(unnest(range({len(runs)})) AS VARCHAR) AS {identifier(ident)}, "
        f"unnest([{', '.join(starts)}]::DOUBLE[]) AS {first}, unnest([{', '.join(ends)}]::DOUBLE[]) AS {end}"
    )
    columns = {**rows.columns, RUN: Column(ident, Kind.STRING)}
    text = (
        f"SELECT {number}.*, __ranges.{identifier(ident)} FROM {rows.source} {number} JOIN ({ranges}) __ranges "
        f"ON {at} >= __ranges.{first} AND {at} < __ranges.{end}"
    )
    return rows.stage("runs", text, columns=columns)


def _within(request: ScanRequest) -> list[str]:
    earliest = -math.inf if request.earliest is None else request.earliest
    latest = math.inf if request.latest is None else request.latest
    limits = ["__time IS NOT NULL"]
    limits += [f"__time >= {earliest!r}"] if math.isfinite(earliest) else []
    return limits + ([f"__time < {latest!r}"] if math.isfinite(latest) else [])
