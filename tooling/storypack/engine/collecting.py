"""Reading events once for many searches: those that any of them can match, into a typed table per source type."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from storypack.engine.candidates import CandidateTable, Coverage, labels, may_match, relaxed
from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.compile.terms import compile_term
from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.knowledge.fields import OriginFields
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import Origin
from storypack.engine.knowledge.scan import open_scan
from storypack.engine.plan import ScanPlan
from storypack.engine.relation import Column
from storypack.engine.run import open_session
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.engine.sql import Kind, identifier
from storypack.spl import tree
from storypack.spl.fields.walk import walk


@dataclass(frozen=True)
class _Group:
    """The origins of one source type, and the passes of searches that its events can match."""

    number: int
    parts: Sequence[tuple[Origin, OriginFields]]
    plans: Sequence[ScanPlan]
    impossible: frozenset[tuple[str, str]]

    @property
    def constants(self) -> dict[str, str]:
        first, *others = (origin.constants for origin, _ in self.parts)
        return {name: value for name, value in first.items() if all(one.get(name) == value for one in others)}


def collect(source: FileSource, plans: Sequence[ScanPlan], now: float) -> Iterator[tuple[CandidateTable, Coverage]]:
    """The candidates and the coverage of each source type, as soon as it has been read; the tables are made on the
    source's connection and go with it. `now` (epoch seconds) is the year of times without one."""
    with open_session(source, None, now) as session, session.translated():
        scan = open_scan(source.events, source.knowledge, ScanRequest(), session, clock=None)
        for number, parts in enumerate(_by_sourcetype(scan.parts)):
            wanted = [plan for plan in plans if any(_can_match(plan, origin, fields) for origin, fields in parts)]
            named = {label for plan in plans for label in labels(plan.request.term)}
            impossible = {each for each in named if all(fields.labelled(*each) == "FALSE" for _, fields in parts)}
            group = _Group(number, parts, wanted, frozenset(impossible))
            yield _table(group, session, coverage := _coverage(group, session)), coverage


def _by_sourcetype(parts: Sequence[tuple[Origin, OriginFields]]) -> list[list[tuple[Origin, OriginFields]]]:
    groups: dict[tuple[str, str], list[tuple[Origin, OriginFields]]] = {}
    for origin, fields in parts:
        key = origin.constants["sourcetype"].lower(), origin.constants["index"]
        groups.setdefault(key, []).append((origin, fields))
    return list(groups.values())


def _can_match(plan: ScanPlan, origin: Origin, fields: OriginFields) -> bool:
    term = plan.request.term
    if term is None:
        return True
    return may_match(term, origin.constants) and all(
        fields.labelled(name, value) != "FALSE" for name, value in labels(term)
    )


def _coverage(group: _Group, session: Session) -> Coverage:
    events = without = 0
    hours: dict[int, int] = {}
    for _, fields in group.parts:
        sql = (
            f"SELECT floor({fields.time.text} / 3600), count(*) FROM ({fields.layers.sql(fields.time.text)}) GROUP BY 1"
        )
        for hour, count in session.rows(sql):
            events += count
            if hour is None or not math.isfinite(hour):
                without += count
            else:
                start = int(hour) * 3600
                hours[start] = hours.get(start, 0) + count
    files = len({events.file.path for origin, _ in group.parts for events in origin.files})
    return Coverage(group.parts[0][0].constants["sourcetype"], files, events, without, hours)


def _table(group: _Group, session: Session, coverage: Coverage) -> CandidateTable:
    name = f"candidates_{group.number}"
    columns: dict[str, Column | None] = {}
    values: dict[str, list[str]] = {}
    for wanted in sorted(_wanted(group.plans)):
        if wanted in ("_time", "_indextime"):
            continue
        parts = [fields.field(wanted) for _, fields in group.parts]
        if all(part.kind is Kind.NULL for part in parts):
            columns[wanted] = None
            continue
        kind = common_kind([part.kind for part in parts])
        column = Column("_raw" if wanted == "_raw" else session.names.new(f"c_{wanted}"), kind)
        columns[wanted] = column
        values[column.ident] = [
            coerce(part, kind) if part.kind is not Kind.NULL else f"CAST(NULL AS {kind.duckdb})" for part in parts
        ]
    count = 0
    if group.plans:
        sql = " UNION ALL ".join(_part(group, at, values, session) for at in range(len(group.parts)))
        ((count,),) = session.rows(f"CREATE OR REPLACE TABLE {identifier(name)} AS {sql}")
    else:
        session.rows(
            f"CREATE OR REPLACE TABLE {identifier(name)} "
            "(_raw VARCHAR, __origin INTEGER, __position BIGINT, __time DOUBLE)"
        )
    return CandidateTable(group.number, name, group.constants, group.impossible, columns, count, coverage.events)


def _wanted(plans: Iterable[ScanPlan]) -> set[str]:
    """The fields to keep: those that searches read, and those of their base filters."""
    found = {"_raw"}
    for plan in plans:
        found.update(plan.fields or ())
        if plan.request.term is not None:
            found.update(node.name for node in walk(plan.request.term) if isinstance(node, tree.Field))
    return found


def _part(group: _Group, at: int, values: Mapping[str, Sequence[str]], session: Session) -> str:
    """The events of one origin that any search can match."""
    origin, fields = group.parts[at]
    condition = _condition(group.plans, origin, fields, session)
    shown = {identifier(ident): texts[at] for ident, texts in values.items()}
    position = "CAST(NULL AS BIGINT)" if origin.is_streamed else "__position"
    shown |= {"__origin": "__origin", "__position": position, "__time": fields.time.text}
    listed = ", ".join(f"{text} AS {ident}" if text != ident else text for ident, text in shown.items())
    return f"SELECT {listed} FROM ({fields.layers.sql(listed + condition)}) WHERE {condition}"


def _condition(plans: Sequence[ScanPlan], origin: Origin, fields: OriginFields, session: Session) -> str:
    """BOOLEAN SQL of whether any search's base filter can match an event."""
    found: dict[str, None] = {}
    for term in dict.fromkeys(plan.request.term for plan in plans):
        if term is None:
            return "TRUE"
        reduced = reduce_term(relaxed(term), origin.constants)
        if reduced is None:
            continue
        conditions = [fields.labelled(name, value) for name, value in labels(reduced)]
        rest = _unlabelled(reduced)
        if rest != TRUE:
            conditions.append(compile_term(rest, fields, session))
        if "FALSE" not in conditions:
            found[" AND ".join(conditions) or "TRUE"] = None
    return "TRUE" if "TRUE" in found else " OR ".join(f"({text})" for text in found) or "FALSE"


def _unlabelled(term: tree.Term) -> tree.Term:
    """The term without the labels that `labels` names."""
    named = set(labels(term))
    match term:
        case tree.And(terms):
            return tree.And(tuple(rest for each in terms if (rest := _unlabelled(each)) != TRUE))
        case tree.Compare(tree.Field(name), "=", tree.Word(value)) if (name, value) in named:
            return TRUE
        case _:
            return term
