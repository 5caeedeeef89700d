"""The candidates of a search out of what has been put aside: a typed table of the fields that it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storypack.engine.coarse import exact_sql, possible_terms
from storypack.engine.filters import Filters
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.layers import Layers
from storypack.engine.knowledge.scan import origin_fields, reserve_names
from storypack.engine.plan import ScanPlan
from storypack.engine.relation import Column
from storypack.engine.run import open_session
from storypack.engine.session import Session
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


def extract(
    source: FileSource, staged: Iterable[Staged], filters: Filters, wanted: Iterable[str], now: float, prefix: str
) -> list[CandidateTable]:
    """The events that match any of the base filters, with the fields that are wanted of them, in tables that are named
    `prefix` and a number. Source types without such an event have none."""
    groups: dict[tuple[str, str], list[Staged]] = {}
    for each in staged:
        if each.counts.get(filters):
            key = each.origin.constants["sourcetype"].lower(), each.origin.constants["index"]
            groups.setdefault(key, []).append(each)
    fields = sorted(set(wanted))
    tables = []
    for number, group in enumerate(groups.values()):
        with open_session(source, None, now) as session, session.translated():
            tables.append(_table(f"{prefix}_{number}", source, group, filters, fields, session))
    return [table for table in tables if table.count]


def _table(
    name: str, source: FileSource, staged: Sequence[Staged], filters: Filters, wanted: Sequence[str], session: Session
) -> CandidateTable:
    reserve_names(session)
    parts = [_fields(each, source, filters, session) for each in staged]
    columns: dict[str, Column | None] = {}
    values: dict[str, list[str]] = {}
    for field in wanted:
        columns[field], texts = united(field, [fields.field(field) for fields in parts], session)
        column = columns[field]
        if column is not None:
            values[column.ident] = texts
    sql = " UNION ALL ".join(
        _part(each, fields, filters, {ident: texts[at] for ident, texts in values.items()}, session)
        for at, (each, fields) in enumerate(zip(staged, parts, strict=True))
    )
    ((count,),) = session.rows(f"CREATE OR REPLACE TABLE {identifier(name)} AS {sql}")
    first, *others = (each.origin.constants for each in staged)
    shared = {key: value for key, value in first.items() if all(other.get(key) == value for other in others)}
    return CandidateTable(name, shared, columns, count)


def _fields(staged: Staged, source: FileSource, filters: Filters, session: Session) -> OriginFields:
    origin = staged.chosen(filters)
    layers = Layers(origin.sql, session.names)
    return origin_fields(origin, source.knowledge, session, layers, Sql("__when", Kind.NUMBER))


def _part(staged: Staged, fields: OriginFields, filters: Filters, values: Mapping[str, str], session: Session) -> str:
    """The events of one origin that match, with the values that are wanted of them."""
    condition = exact_sql(possible_terms(filters, fields), fields, session)
    listed = ", ".join(f"{text} AS {identifier(ident)}" for ident, text in values.items())
    listed = ", ".join(filter(None, (listed, f"{staged.number} AS __part", "__origin", "__row", "__when AS __time")))
    return f"SELECT {listed} FROM ({fields.layers.sql(listed + condition)}) WHERE {condition}"
