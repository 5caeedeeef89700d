"""The candidates of a search out of what has been put aside: a typed table of the fields that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from storypack.engine.coarse import exact_sql, possible_terms
from storypack.engine.errors import EngineError
from storypack.engine.filters import Filters
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.layers import Layers
from storypack.engine.knowledge.scan import origin_fields, reserve_names
from storypack.engine.plan import ScanPlan
from storypack.engine.relation import Column
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.sharing import FEWEST, Use, shared_columns, with_columns
from storypack.engine.sql import Kind, Sql, identifier
from storypack.engine.staging import Staged
from storypack.engine.united import united
from storypack.spl import tree
from storypack.spl.fields.walk import walk

_WITH_TIME = ("_time", "_indextime")


@dataclass(frozen=True, slots=True)
class CandidateTable:
    """The candidates of one source type. `constants` are the fields that all of them share; `columns` the fields by
    name (None = no event has it); `count` how many there are. Beside its columns the table has `__part`, `__origin`,
    `__row` and `__time`; see `Staged`."""

    name: str
    constants: Mapping[str, str]
    columns: Mapping[str, Column | None]
    count: int


def fields_read(filters: Filters, plans: Iterable[ScanPlan]) -> frozenset[str]:
    """The fields that searches read: those named in passes and in base filters."""
    named = {name for term in filters for node in walk(term) if (name := _field(node))}
    return frozenset(named).union(*(plan.fields or () for plan in plans)).difference(_WITH_TIME)


def _field(node: object) -> str | None:
    """The field that a part of a base filter asks for."""
    match node:
        case tree.Field(name):
            return name
        case tree.Keyword() | tree.Directive(field=None):
            return "_raw"
        case _:
            return None


@dataclass
class Collection:
    """Candidates by their base filters. `wanted` = the fields that searches with the same filters read; `now` = the
    year of times without one (epoch seconds)."""

    source: FileSource
    staged: Sequence[Staged]
    wanted: Mapping[Filters, frozenset[str]]
    now: float
    _groups: list[_Group] = field(default_factory=list)
    _tables: dict[Filters, list[CandidateTable]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        alike: dict[tuple[str, str], list[Staged]] = {}
        for each in self.staged:
            key = each.origin.constants["sourcetype"].lower(), each.origin.constants["index"]
            alike.setdefault(key, []).append(each)
        self._groups = [_Group(self, staged) for staged in alike.values()]

    @property
    def parts(self) -> list[Staged]:
        """What has been put aside, as it stands now."""
        return [each for group in self._groups for each in group.staged]

    def tables(self, filters: Filters) -> list[CandidateTable]:
        """The events that match any of the base filters, with the fields that are wanted of them, a table for each
        source type that has such events."""
        if filters not in self._tables:
            number = len(self._tables)
            groups = [group for group in self._groups if group.counts(filters)]
            tables = [group.table(f"candidates_{number}_{at}", filters) for at, group in enumerate(groups)]
            self._tables[filters] = [table for table in tables if table.count]
        return self._tables[filters]


@dataclass(frozen=True)
class _Asked:
    """What searches with the same base filters want of a source type: columns by field, and of each part the condition
    and the values of the columns by their identifiers."""

    columns: Mapping[str, Column | None]
    conditions: Mapping[int, str]
    values: Mapping[int, Mapping[str, str]]


@dataclass
class _Group:
    """The events of one source type. Their fields are resolved in one session for all searches, so that what several
    of them name is the same column."""

    collection: Collection
    staged: list[Staged]
    fields: list[OriginFields] = field(default_factory=list)
    _session: Session | None = None
    _asked: dict[Filters, _Asked] = field(default_factory=dict)

    def counts(self, filters: Filters) -> bool:
        return any(each.counts.get(filters) for each in self.staged)

    def table(self, name: str, filters: Filters) -> CandidateTable:
        """The candidates of one set of base filters."""
        if self._session is None:
            self._session = self._opened()
        session = self._session
        with session.translated():
            asked = self._asked_of(filters, session)
            places = self._places(filters)
            sql = " UNION ALL ".join(self._part(at, asked, filters) for at in places)
            ((count,),) = session.rows(f"CREATE OR REPLACE TABLE {identifier(name)} AS {sql}")
        first, *others = (self.staged[at].origin.constants for at in places)
        shared = {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}
        return CandidateTable(name, shared, asked.columns, count)

    def _places(self, filters: Filters) -> list[int]:
        """Where the parts stand that have candidates."""
        return [at for at, each in enumerate(self.staged) if each.counts.get(filters)]

    def _opened(self) -> Session:
        """The session, open as long as the source is; what is worth being worked out once has been, then."""
        source = self.collection.source
        stack = ExitStack()
        source.at_close.append(stack.close)
        session = stack.enter_context(open_session(source, None, self.collection.now))
        with session.translated():
            reserve_names(session)
            for name in {"__time", *(flag.strip('"') for each in self.staged for flag in each.flags.values())}:
                session.names.new(name)
            self.fields = [self._fields_of(each, session) for each in self.staged]
            self._share(session)
        return session

    def _fields_of(self, staged: Staged, session: Session) -> OriginFields:
        layers = Layers("", session.names)
        return origin_fields(
            staged.origin, self.collection.source.knowledge, session, layers, Sql("__when", Kind.NUMBER)
        )

    def _share(self, session: Session) -> None:
        """Work out beforehand what is asked of most events again and again."""
        uses: dict[int, list[Use]] = {}
        for filters in self.collection.wanted:
            for at, use in self._uses(filters, session):
                uses.setdefault(at, []).append(use)
        for at, some in uses.items():
            staged, layers = self.staged[at], self.fields[at].layers
            rows = sum(staged.hours.values())
            columns = shared_columns(some, layers, rows) if rows >= FEWEST else []
            if columns:
                self.staged[at] = with_columns(staged, columns, layers, session)
                layers.ready = frozenset(columns)

    def _uses(self, filters: Filters, session: Session) -> Iterator[tuple[int, Use]]:
        """What a set of base filters asks of each part. One that cannot be asked for says so when it is."""
        places = self._places(filters)
        if not places:
            return
        try:
            asked = self._asked_of(filters, session)
        except EngineError:
            return
        for at in places:
            events = self.staged[at].counts[filters]
            yield at, Use(asked.conditions[at], events)
            yield at, Use(", ".join(asked.values[at].values()), events)

    def _asked_of(self, filters: Filters, session: Session) -> _Asked:
        if filters not in self._asked:
            places = self._places(filters)
            columns: dict[str, Column | None] = {}
            values: dict[int, dict[str, str]] = {at: {} for at in places}
            for name in sorted(self.collection.wanted.get(filters, ())):
                columns[name], texts = united(name, [self.fields[at].field(name) for at in places], session)
                column = columns[name]
                if column is not None:
                    for at, text in zip(places, texts, strict=True):
                        values[at][column.ident] = text
            conditions = {
                at: exact_sql(possible_terms(filters, self.fields[at]), self.fields[at], session) for at in places
            }
            self._asked[filters] = _Asked(columns, conditions, values)
        return self._asked[filters]

    def _part(self, at: int, asked: _Asked, filters: Filters) -> str:
        """The events of one origin that match, with the values that are wanted of them."""
        staged, condition = self.staged[at], asked.conditions[at]
        layers = replace(self.fields[at].layers, base=staged.chosen(filters).sql)
        listed = ", ".join(f"{text} AS {identifier(ident)}" for ident, text in asked.values[at].items())
        listed = ", ".join(
            filter(None, (listed, f"{staged.number} AS __part", "__origin", "__row", "__when AS __time"))
        )
        return f"SELECT {listed} FROM ({layers.sql(listed + condition)}) WHERE {condition}"
