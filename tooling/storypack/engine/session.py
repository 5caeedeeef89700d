"""The state of one run: the DuckDB cursor, the clock, identifiers, warnings, lookups written by the search itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from storypack.engine import udf
from storypack.engine.attended import attended, is_everywhere
from storypack.engine.errors import SearchError
from storypack.engine.failures import translated
from storypack.engine.relation import Column, Cte, Names, OrderKey, Relation
from storypack.engine.source import LookupTable, Source
from storypack.engine.sql import Sql, identifier, number_constant
from storypack.engine.udf.regex import STRIKES
from storypack.engine.values import column_kind, column_values
from storypack.spl.macros import MacroDefinition

if TYPE_CHECKING:
    from storypack.spl import tree

T = TypeVar("T")


class LookupChanged(str):
    """The warning that a lookup was written: who runs a search that is meant to write one may leave it out."""

    __slots__ = ()


@dataclass
class Session:
    """One run of a search. `now` is the start of the search in epoch seconds (UTC), `earliest` and `latest` its time
    range, which time modifiers in the search override: `range` is what came of it for the events being read.
    `dry` = the source holds no rows: what would depend on them is left open. `attended` = a person may interrupt;
    `abandoned` = a statement goes on after that.

    `templates` = the templates of `foreach` that are being compiled, `nested_templates` = how many have been within
    another.

    `runs` = how many runs of its schedule a search is compiled for, and `spread` = what becomes of their events before
    these are looked at together; see `hunting/batch.py`.

    `connection` is a cursor of `root`, which owns the SQL functions. `compile` turns a pipeline into a relation: a
    subsearch anew from the source, the rest of a pipeline from `start`.
    """

    connection: duckdb.DuckDBPyConnection
    root: duckdb.DuckDBPyConnection
    source: Source
    now: float
    compile: Callable[[tree.Pipeline, Session, Relation | None], Relation]
    macros: Mapping[str, MacroDefinition] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    written: dict[str, LookupTable] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    stage: str = ""
    depth: int = 0
    earliest: float | None = None
    latest: float | None = None
    dry: bool = False
    attended: bool = False
    abandoned: bool = False
    templates: int = 0
    nested_templates: int = 0
    at_end: list[Callable[[], object]] = field(default_factory=list)
    runs: int = 1
    spread: Callable[[Relation], Relation] = lambda rows: rows
    _range: tuple[float | None, float | None] = (None, None)
    _strikes: int = field(default_factory=lambda: STRIKES.count)

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The time range of searches that name none, as a scan is asked for it."""
        return self.earliest, self.latest

    def start_sql(self) -> Sql:
        """The start of the search."""
        return number_constant(self.now)

    def limits_sql(self) -> tuple[Sql | None, Sql | None]:
        """The time range of searches that name none."""
        earliest, latest = self.limits
        return None if earliest is None else number_constant(earliest), None if latest is None else number_constant(
            latest
        )

    @property
    def range(self) -> tuple[float | None, float | None]:
        """The time range of the events being read."""
        return self._range

    def reads(self, earliest: float | None, latest: float | None) -> None:
        """Take note of the time range of the events being read."""
        self._range = earliest, latest

    @contextmanager
    def between(self, earliest: float | None, latest: float | None) -> Iterator[None]:
        """A time range (None = as it was) for the searches compiled meanwhile."""
        before = self.earliest, self.latest
        self.earliest = before[0] if earliest is None else earliest
        self.latest = before[1] if latest is None else latest
        try:
            yield
        finally:
            self.earliest, self.latest = before

    @contextmanager
    def within_template(self) -> Iterator[int]:
        """While a template of `foreach` is compiled; gives how many have been compiled within another so far."""
        self.templates += 1
        self.nested_templates += self.templates > 1
        try:
            yield self.nested_templates
        finally:
            self.templates -= 1

    def warn(self, message: str) -> None:
        """Say once that the result may differ from Splunk's."""
        if message not in self.warnings:
            self.warnings.append(message)

    def lookup(self, name: str) -> LookupTable | None:
        """A lookup, as this search may have overwritten it. Raises SearchError for one that cannot be read."""
        table = self.written.get(name) or self.source.lookup(name)
        if table is not None and table.fault:
            raise SearchError(f"the lookup `{name}` cannot be used: {table.fault}", self.stage)
        return table

    def translated(self) -> AbstractContextManager[None]:
        """What libraries raise within becomes an EngineError that names the stage."""
        return translated(lambda: self.stage)

    # --- running SQL ----------------------------------------------------------------------------------------

    def execute(self, sql: str, parameters: Sequence[Any] | None = None) -> duckdb.DuckDBPyConnection:
        """Run a statement. Raises EngineError, which names the stage."""
        with self.translated():
            udf.provide(self.root, sql)
            return self.wait(lambda: self.connection.execute(sql, parameters or None))

    def rows(self, sql: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a statement. Raises EngineError, which names the stage."""
        with self.translated():
            found: list[tuple[Any, ...]] = self.execute(sql, parameters).fetchall()
        self.warn_of_strikes()
        return found

    def warn_of_strikes(self) -> None:
        """Warn of the patterns that were given up meanwhile."""
        for pattern in STRIKES.since(self._strikes):
            self.warn(
                f"the regular expression `{pattern}` was given up on some texts, as if it did not match: it needs more "
                "steps there than PCRE's match limit, which Splunk has, too (limits.conf, [rex] match_limit)"
            )

    def wait(self, run: Callable[[], T]) -> T:
        """What a call of the connection gives, which may take its time."""
        if not self.attended and not is_everywhere():
            return run()
        return attended(self.connection, run, self._abandon)

    def _abandon(self) -> None:
        self.abandoned = True

    def fetch(self, rows: Relation, select: str, suffix: str = "") -> list[tuple[Any, ...]]:
        """The result of `SELECT ... FROM rows ...`."""
        return self.rows(rows.select(select, suffix))

    def materialise(self, rows: Relation) -> Relation:
        """The same rows, run into a temporary table: closed, in order, and cheap to look at again."""
        rows = rows.closed()
        table = self.names.new("t_rows")
        position = identifier(self.names.new("__n"))
        kept = {name: Column(self.names.new(name), column.kind) for name, column in rows.columns.items()}
        values = [
            f"{identifier(column.ident)} AS {identifier(kept[name].ident)}" for name, column in rows.columns.items()
        ]
        number = f"row_number() OVER ({rows.order_by}) AS {position}"
        create = f"CREATE TEMP TABLE {identifier(table)} AS\n"
        self.rows(create + rows.select(f"SELECT {', '.join([number, *values])}"))
        cte = Cte(self.names.new("s1_rows"), f"SELECT * FROM {identifier(table)}", "rows")
        return Relation(self.names, (cte,), kept, (OrderKey(position, place=True),))

    def table(self, values: Mapping[str, Sequence[Any]], label: str = "rows") -> Relation:
        """Rows given as columns of Python values (text, numbers, lists, None), all of one length."""
        table = self.names.new(f"t_{label}")
        columns: dict[str, Column] = {}
        selects, parameters = [], []
        length = 0
        for name, raw in values.items():
            length = len(raw)
            kind = column_kind(raw)
            column = Column(self.names.new(name), kind)
            columns[name] = column
            selects.append(f"unnest(CAST(? AS {kind.duckdb}[])) AS {identifier(column.ident)}")
            parameters.append(column_values(raw, kind))
        position = identifier(self.names.new("__n"))
        select = ", ".join([f"unnest(range(CAST(? AS BIGINT))) AS {position}", *selects])
        self.rows(f"CREATE TEMP TABLE {identifier(table)} AS SELECT {select}", [length, *parameters])
        cte = Cte(self.names.new(f"s1_{label}"), f"SELECT * FROM {identifier(table)}", label)
        return Relation(self.names, (cte,), columns, (OrderKey(position, place=True),))

    def subsearch(self, pipeline: tree.Pipeline) -> Relation:
        """The rows of a subsearch."""
        self.depth += 1
        if self.depth > 20:
            raise SearchError("subsearches are nested too deeply", self.stage)
        stage, span = self.stage, self._range
        try:
            return self.compile(pipeline, self, None)
        finally:
            self.depth -= 1
            self.stage, self._range = stage, span
