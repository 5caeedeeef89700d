"""A pass over event files of several origins, side by side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from storypack.engine.compile.patterns import parse_pattern
from storypack.engine.compile.terms import compile_term
from storypack.engine.events.origin import EventFile
from storypack.engine.events.reading import RawEvents, guard_sql
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.knowledge.extraction import Extractor, Json
from storypack.engine.knowledge.fields import OriginFields, View
from storypack.engine.knowledge.layers import Layers
from storypack.engine.knowledge.origins import Origin, origins
from storypack.engine.knowledge.precedence import search_settings
from storypack.engine.knowledge.props import settings_for
from storypack.engine.knowledge.timestamps import time_sql
from storypack.engine.knowledge.untimed import Untimed
from storypack.engine.relation import OrderKey
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.engine.sql import Kind, Sql, identifier
from storypack.engine.united import UnitedScan
from storypack.spl import tree

HIDDEN = ("_raw", "__indexed", "__origin", "__position", "__part")

MAX_FIELDS = 512
"""limits.conf.spec: `maxcols` of [kv], the point at which no more new fields are made of what events hold."""


@dataclass(frozen=True, slots=True)
class RunSql:
    """SQL (DOUBLE, epoch seconds) of what a pass has of the run of its search.

    `now` = the start of the search; `shift` = what is added to each time; `clock` = the time, before that is added, of
    an event that shows none where there is none before it (None = it keeps none). `earliest` and `latest` (None = open)
    limit a pass whose request names no limits, and `last` is the last moment before `latest`."""

    now: str
    shift: str = "0.0"
    clock: str | None = None
    earliest: str | None = None
    latest: str | None = None
    last: str | None = None

    def within(self, time: str, earliest: float | None, latest: float | None) -> list[str]:
        """A condition on a time: from `earliest` on, before `latest`; None = the run's own. It names the time once,
        since DuckDB writes out all that the time is made of at each place."""
        first = self.earliest if earliest is None else repr(earliest)
        end, last = self.latest, self.last
        if latest is not None:
            end, last = repr(latest), repr(math.nextafter(latest, -math.inf))
        if end is None:
            return [] if first is None else [f"{time} >= {first}"]
        return [f"{time} < {end}" if first is None else f"{time} BETWEEN {first} AND {last}"]


@dataclass
class FileScan(UnitedScan):
    """One pass: the origins, each with the fields asked of it so far."""

    request: ScanRequest
    run: RunSql
    parts: list[tuple[Origin, OriginFields]]
    _conditions: dict[int, str] = field(default_factory=dict)

    @property
    def order(self) -> Sequence[OrderKey]:
        return self.ordered_by("" if self._is_of_one_file else "__origin", "__position")

    @property
    def _is_of_one_file(self) -> bool:
        """Whether all events are cut from one file, whatever origins they have: their places count through."""
        files = [events for origin, _ in self.parts for events in origin.files]
        return all(events.held for events in files) and len({events.file.path for events in files}) == 1

    def values_of(self, name: str) -> Sequence[Sql]:
        indexed = self.request.indexed
        return [fields.indexed_field(name) if indexed else fields.field(name) for _, fields in self.parts]

    def names(self, rows: str) -> Sequence[str]:
        """The fields that the events hold, by looking at them; `_time` and what an origin shares first. Of those that
        an event has by itself MAX_FIELDS at most, the most frequent ones."""
        return self.named(row for sql in self.names_sql(rows) for row in self.session.rows(sql))

    def names_sql(self, rows: str) -> Sequence[str]:
        """Statements that give the fields of each part's events, with how many events have them."""
        return [
            f"SELECT unnest({fields.extractor.names_sql()}) AS name, count(*) AS events FROM ({rows}) "
            f"WHERE __part = {origin.number} GROUP BY 1"
            for origin, fields in self.parts
        ]

    def named(self, seen: Iterable[tuple[str | None, int]]) -> Sequence[str]:
        """The fields in order, by what the statements gave; see `names`."""
        found = dict.fromkeys(("_time", "host", "source", "sourcetype", "index", "_raw"))
        held: dict[str, int] = {}
        named = {name for _, fields in self.parts for name in fields.names()}
        for name, count in seen:
            if name:
                held[name] = held.get(name, 0) + count
        if len(held) > MAX_FIELDS:
            self.session.warn(
                f"the events hold {len(held):,} fields; `*` stands for the {MAX_FIELDS} most frequent ones, as in "
                "Splunk (limits.conf, [kv] maxcols); a field that the search names is always there"
            )
        most = sorted(held, key=lambda name: (-held[name], name))[:MAX_FIELDS]
        found.update(dict.fromkeys(sorted({*most, *named})))
        return list(found)

    def sql(self, named: str | None = None) -> str:
        return " UNION ALL ".join(f"({self._part(at, named)})" for at in range(len(self.parts)))

    def _part(self, at: int, named: str | None) -> str:
        origin, fields = self.parts[at]
        limits = self.run.within(fields.time.text, self.request.earliest, self.request.latest)
        if not self.request.indexed:
            limits += [fields.labelled(name, value) for name, value in _labels(self.request.term)]
        shown = {name: name for name in HIDDEN if not any(ident.lower() == name for ident in self._values)}
        shown |= {identifier(ident): texts[at] for ident, texts in self._values.items()}
        shown = {ident: text for ident, text in shown.items() if named is None or ident in named or ident == "__origin"}
        if named is not None and origin.is_streamed and self._narrows(at):
            wide = any("_raw" in text or "__indexed" in text for text in shown.values())
            if not wide or "__position" in shown:
                return self._kept(at, shown, [*limits, self._condition(at)])
        return _select(fields.layers, shown, limits, named)

    def _kept(self, at: int, shown: Mapping[str, str], limits: Sequence[str]) -> str:
        """The events that fit, found on all threads at once and held. Where an event stands among those is as good as
        where it stands in its file, and numbering a whole file takes a single thread."""
        found = {ident: text for ident, text in shown.items() if ident != "__position"}
        columns = ["row_number() OVER () AS __position" if ident not in found else ident for ident in shown]
        inner = _select(self.parts[at][1].layers, found, limits, "")
        return f"WITH __kept AS MATERIALIZED ({inner}) SELECT {', '.join(columns)} FROM __kept"

    def _narrows(self, at: int) -> bool:
        """Whether the search asks for some of an origin's events only."""
        origin, _ = self.parts[at]
        term = self.request.term
        ranged = (self.request.earliest, self.request.latest) != (None, None)
        return ranged or (term is not None and reduce_term(term, origin.constants) != TRUE)

    def _condition(self, at: int) -> str:
        """The base search as a condition on an origin's events."""
        if at not in self._conditions:
            term, fields = self.request.term, self.parts[at][1]
            seen = View(fields.indexed_field) if self.request.indexed else fields
            self._conditions[at] = "TRUE" if term is None else compile_term(term, seen, self.session)
        return self._conditions[at]


def open_scan(
    events: Sequence[RawEvents],
    knowledge: Knowledge,
    request: ScanRequest,
    session: Session,
    *,
    run: RunSql,
    untimed: Untimed | None = None,
) -> FileScan:
    """A pass over files. `untimed` takes note of events that get the run's clock. Origins that the request's term rules
    out are not read."""
    reserve_names(session)
    groups = origins(events, knowledge.props)
    if request.term is not None:  # at least one stays, so that there are columns
        groups = [one for one in groups if reduce_term(request.term, one.constants) is not None] or groups[:1]
    parts = []
    for origin in groups:
        layers = Layers(origin.sql, session.names, guard=guard_sql(origin.files))
        time = _time(origin, knowledge, layers, session, run, untimed)
        parts.append((origin, origin_fields(origin, knowledge, session, layers, time)))
    return FileScan(session, request, run, parts)


def reserve_names(session: Session) -> None:
    """Keep the names of hidden columns from fields."""
    for name in (*HIDDEN, "__when", "__row"):
        session.names.new(name)


def origin_fields(origin: Origin, knowledge: Knowledge, session: Session, layers: Layers, time: Sql) -> OriginFields:
    """The fields of an origin's events, over layers that give its raw events. `time` is a column of these."""
    file = origin.files[0].file
    settings = search_settings(knowledge, origin.constants["sourcetype"], file.source, file.host)
    indexed = any(events.indexed for events in origin.files)
    extractor = Extractor(settings, knowledge.transforms, layers, json=_json(origin), indexed=indexed)
    return OriginFields(
        extractor,
        settings,
        knowledge,
        layers,
        session,
        origin.constants,
        time,
        varying=origin.varying,
        indexed=indexed,
        multi=origin.multi,
    )


def _time(
    origin: Origin,
    knowledge: Knowledge,
    layers: Layers,
    session: Session,
    run: RunSql,
    untimed: Untimed | None,
) -> Sql:
    """The column of the time; see `open_scan`."""
    file = origin.files[0].file
    if origin.files[0].ingested:
        time = "__when" if run.clock is None else f"coalesce(__when, {run.clock})"
    else:
        settings = settings_for(knowledge.props, file.sourcetype, file.source, file.host)
        warn = partial(_warn, session, file)
        time = time_sql(settings, layers, run.now, warn, few=not (origin.is_streamed or origin.is_copied))
        if any(events.timed for events in origin.files):
            time = f"coalesce(__when, {time})"
        if run.clock is not None and untimed is not None and untimed.is_filled:
            shown = layers.add("__shown", Sql(time, Kind.NUMBER))
            time = untimed.filled_sql(shown.text, [number for number, _ in origin.numbered], run.clock)
        elif run.clock is not None and untimed is not None:
            time = untimed.noting_sql(time, run.clock)
    return layers.add("__time", Sql(f"({time} + {run.shift})", Kind.NUMBER))


def _warn(session: Session, file: EventFile, message: str) -> None:
    session.warn(f"{file.sourcetype or file.source}: {message}")


def _select(layers: Layers, shown: Mapping[str, str], limits: Sequence[str], named: str | None) -> str:
    values = ", ".join(f"{text} AS {ident}" if text != ident else text for ident, text in shown.items())
    where = f" WHERE {' AND '.join(limits)}" if limits else ""
    needed = None if named is None else f"{values}{where}"
    return f"SELECT {values} FROM ({layers.sql(needed)}){where}"


def _labels(term: tree.Term | None) -> Iterator[tuple[str, str]]:
    """Tags and event types that every event of the result must have."""
    match term:
        case tree.And(terms):
            for one in terms:
                yield from _labels(one)
        case tree.Compare(tree.Field("tag" | "eventtype" as name), "=", tree.Word(value)):
            literal = parse_pattern(value).literal
            if literal:
                yield name, literal


def _json(origin: Origin) -> Json:
    """How many of an origin's events are JSON objects."""
    if not any(events.json for events in origin.files):
        return Json.FEW
    return Json.ALL if all(events.json and events.broken == 0 for events in origin.files) else Json.MOST
