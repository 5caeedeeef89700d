"""What a search needs of the events, found out without reading any: so that many searches can share one scan.

The search is compiled, and where it must be run over no rows at all, against a source that only takes notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb

from storypack.engine.commands import find
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.relation import Column, OrderKey
from storypack.engine.run import fetch_result, open_session
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, ScanRequest, Source
from storypack.engine.sql import Kind, identifier
from storypack.engine.text import parse_search
from storypack.spl import tree
from storypack.spl.fields.walk import walk
from storypack.spl.macros import MacroDefinition

_NUMBERS = ("_time", "_indextime")


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """One pass over the events: the base search (see `ScanRequest`), and the fields that the search reads of them;
    None = all that they hold."""

    request: ScanRequest
    fields: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a search needs and gives.

    `scans` are its passes over events, subsearches' included; `fields` the columns of its result in display order, as
    far as they follow from the search alone (`closed`: there are no others); `sql` the statement that it becomes.
    """

    scans: tuple[ScanPlan, ...]
    fields: tuple[str, ...]
    closed: bool
    warnings: tuple[str, ...]
    sql: str = field(repr=False)


def plan(
    spl: str, source: Source, macros: Mapping[str, MacroDefinition] | None = None, now: float | None = None
) -> Plan:
    """What a search needs and gives, without reading events. `source` is asked for lookups and data models only.

    What depends on the rows of a subsearch is unknown: the terms that these would become are left out. Raises
    EngineError as running the search would.
    """
    recorder = _Recorder(source)
    with open_session(recorder, macros, now) as session:
        session.dry = True
        with session.translated():
            rows = compile_pipeline(parse_search(spl, session), session)
            closed = rows.opener is None
            result = fetch_result(rows, session)
    return Plan(recorder.plans(), result.fields, closed, result.warnings, result.sql)


def scans(
    spl: str, source: Source, macros: Mapping[str, MacroDefinition] | None = None, now: float | None = None
) -> tuple[ScanPlan, ...]:
    """The passes alone: the search is compiled, its last statement left out. Raises EngineError as compiling does."""
    recorder = _Recorder(source)
    with open_session(recorder, macros, now) as session:
        session.dry = True
        with session.translated():
            compile_pipeline(parse_search(spl, session), session).closed()
    return recorder.plans()


def only_request(
    spl: str, source: Source, macros: Mapping[str, MacroDefinition] | None = None, now: float | None = None
) -> ScanRequest | None:
    """The base search of a search that passes over events once, at its beginning, found out without compiling the rest;
    None for another. Raises EngineError for one that cannot be read."""
    recorder = _First(source)
    with open_session(recorder, macros, now) as session:
        session.dry = True
        with session.translated():
            pipeline = parse_search(spl, session)
            if not _passes_once(pipeline):
                return None
            try:
                compile_pipeline(replace(pipeline, commands=pipeline.commands[:1]), session)
            except _ReachedError as reached:
                return reached.request
    return None


def _passes_once(pipeline: tree.Pipeline) -> bool:
    """Whether only the first command looks at events."""
    if sum(isinstance(each, tree.Pipeline) for each in walk(pipeline)) > 1 or not pipeline.commands:
        return False
    first, *others = pipeline.commands
    if not isinstance(first, tree.Search | tree.Tstats):
        return False
    return not any(isinstance(each, tree.Deferred) or each.name == "map" or find(each).generates for each in others)


class _ReachedError(Exception):
    """Raised by the first pass over events; `request` = None if there may be others."""

    def __init__(self, request: ScanRequest | None) -> None:
        super().__init__()
        self.request = request


@dataclass
class _Notes:
    """A pass over nothing that notes what it is asked for."""

    request: ScanRequest
    session: Session
    columns: dict[str, Column] = field(default_factory=dict)
    everything: bool = False

    @property
    def order(self) -> Sequence[OrderKey]:
        return ()

    def field(self, name: str) -> Column:
        if name not in self.columns:
            kind = Kind.NUMBER if name in _NUMBERS else Kind.STRING
            self.columns[name] = Column(self.session.names.new(name), kind)
        return self.columns[name]

    def names(self, rows: str) -> Sequence[str]:
        self.everything = True
        return list(self.columns)

    def sql(self, named: str | None = None) -> str:
        values = [
            f"CAST(NULL AS {column.kind.duckdb}) AS {identifier(column.ident)}" for column in self.columns.values()
        ]
        return f"SELECT {', '.join(values) or 'NULL AS __nothing'} WHERE FALSE"


@dataclass
class _Recorder:
    """A source without events; lookups and data models are those of another."""

    source: Source
    scans: list[_Notes] = field(default_factory=list)

    def plans(self) -> tuple[ScanPlan, ...]:
        return tuple(
            ScanPlan(each.request, None if each.everything else frozenset(each.columns)) for each in self.scans
        )

    @property
    def root(self) -> duckdb.DuckDBPyConnection | None:
        return None

    def scan(self, request: ScanRequest, session: Session) -> _Notes:
        notes = _Notes(request, session)
        self.scans.append(notes)
        return notes

    def lookup(self, name: str) -> LookupTable | None:
        return self.source.lookup(name)

    def datamodel(self, name: str) -> ModelDataset | None:
        return self.source.datamodel(name)

    def is_settled(self, now: float) -> bool:
        return True

    def saved_search(self, name: str) -> str | None:
        return self.source.saved_search(name)


class _First(_Recorder):
    """A recorder that ends the compilation with the first pass."""

    def scan(self, request: ScanRequest, session: Session) -> _Notes:
        raise _ReachedError(request)

    def datamodel(self, name: str) -> ModelDataset | None:
        found = super().datamodel(name)
        if found is not None and (found.others or "[" in str(found.pipeline)):
            raise _ReachedError(None)
        return found
