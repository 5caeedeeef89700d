"""The fields of events of one origin, resolved a name at a time in Splunk's order.

Knowledge Manager Manual: "The sequence of search-time operations": EXTRACT, REPORT, KV_MODE, FIELDALIAS, EVAL, LOOKUP,
event types, tags. Each step sees the fields of the steps before it and none of its own: calculated fields do not see
each other. A lookup sees the outputs of lookups whose class name sorts before its own.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.compile.expressions import compile_value
from storypack.engine.compile.terms import Fields, compile_term
from storypack.engine.errors import EngineError
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.eventtypes import EventType, event_types, tags_of
from storypack.engine.knowledge.extraction import Extractor
from storypack.engine.knowledge.layers import Layers
from storypack.engine.lookup import Matcher, call_sql
from storypack.engine.session import Session
from storypack.engine.sql import NULL, Kind, Sql, as_number, identifier, quote
from storypack.spl import parse_expression, tree
from storypack.spl.source import SplError

# Layers of columns: 1 = costly calls that several fields share, 2 = extracted fields, 3 = calculated ones,
# 4 and up = a lookup each, the last = event types and tags.
EXTRACTED, CALCULATED, FIRST_LOOKUP, TYPED = 2, 3, 4, 60

DATE_PARTS = {
    "date_hour": "hour",
    "date_minute": "minute",
    "date_second": "second",
    "date_mday": "day",
    "date_year": "year",
}


@dataclass(frozen=True, slots=True)
class AutoLookup:
    """A LOOKUP-<class> setting: the table, inputs and outputs as (table's field, event's field)."""

    table: str
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    keeps: bool  # OUTPUTNEW


@dataclass
class OriginFields:
    """What events of one origin hold. `constants` are the fields that all of them share (sourcetype, source, ...),
    `varying` those that come as a column beside them. `indexed` = fields may come with the event itself, those of
    `multi` in several values."""

    extractor: Extractor
    settings: Mapping[str, str]
    knowledge: Knowledge
    layers: Layers
    session: Session
    constants: Mapping[str, str]
    time: Sql
    indexed: bool = True
    multi: frozenset[str] = frozenset()
    varying: tuple[str, ...] = ()
    _known: dict[tuple[int, str], Sql] = field(default_factory=dict)
    _busy: set[tuple[int, str]] = field(default_factory=set)

    def field(self, name: str) -> Sql:
        """The SQL of a field, NULL if events of this origin cannot hold it."""
        if name == "eventtype":
            return self._once(TYPED, name, self._eventtype)
        if name == "tag":
            return self._once(TYPED, name, self._tag)
        return self._looked_up(name, len(self._lookups))

    def names(self) -> Iterator[str]:
        """The names that the settings give, beyond those that an event has by itself."""
        yield from self.constants
        yield from self.varying
        yield from self.extractor.named()
        yield from (target for _, target, _ in self._aliases)
        yield from (key.removeprefix("EVAL-") for key in self.settings if key.startswith("EVAL-"))
        for lookup in self._lookups:
            yield from (event for _, event in lookup.outputs)
        yield from ("eventtype", "tag")

    def _once(self, level: int, name: str, make: Callable[[str], Sql]) -> Sql:
        key = (level, name)
        if key not in self._known:
            if key in self._busy:
                return NULL  # a definition that leans on itself gives nothing
            self._busy.add(key)
            try:
                self._known[key] = make(name)
            finally:
                self._busy.discard(key)
        return self._known[key]

    # --- EXTRACT, REPORT, KV_MODE -----------------------------------------------------------------------------

    def _extracted(self, name: str) -> Sql:
        if name in self.constants or name in self.varying:
            return Sql(identifier(name), Kind.STRING)
        if name == "_raw":
            return Sql("_raw", Kind.STRING)
        if name in ("_time", "_indextime"):
            return self.time
        if name in DATE_PARTS:
            part = f"CAST({DATE_PARTS[name]}(make_timestamp(CAST({self.time.text} * 1e6 AS BIGINT))) AS DOUBLE)"
            return Sql(part, Kind.NUMBER)
        if name == "date_wday":
            return Sql(f"lower(dayname(make_timestamp(CAST({self.time.text} * 1e6 AS BIGINT))))", Kind.STRING)
        if name.startswith("_"):
            return NULL
        return self._once(EXTRACTED, name, self._extract)

    def _extract(self, name: str) -> Sql:
        if name in self.multi:
            return self.layers.add(EXTRACTED, name, _several(name))
        found = self.extractor.extract(name, self.layers)
        if not self.indexed:
            return NULL if found is None else self.layers.add(EXTRACTED, name, found)
        indexed = Sql(f"spl_json_text(json_extract(__indexed, {quote('$.' + _key(name))}))", Kind.STRING)
        if found is None:
            value = indexed
        elif found.kind is Kind.MULTI:
            value = Sql(f"coalesce(spl_list({indexed.text}), {found.text})", Kind.MULTI)
        else:
            value = Sql(f"coalesce({indexed.text}, {found.text})", found.kind)
        return self.layers.add(EXTRACTED, name, value)

    # --- FIELDALIAS -------------------------------------------------------------------------------------------

    @cached_property
    def _aliases(self) -> list[tuple[str, str, bool]]:
        """(original, alias, whether an existing value stays) in the order of the classes."""
        found = []
        for key in sorted(self.settings):
            if key.startswith("FIELDALIAS-"):
                words = _words(self.settings[key])
                for at in range(len(words) - 2):
                    if words[at + 1].upper() in ("AS", "ASNEW"):
                        found.append((words[at], words[at + 2], words[at + 1].upper() == "ASNEW"))
        return found

    def _aliased(self, name: str) -> Sql:
        value = self._extracted(name)
        for original, alias, keeps in self._aliases:
            if alias == name and original != name:
                other = self._extracted(original)
                value = _first(value, other) if keeps else other
        return value

    # --- EVAL -------------------------------------------------------------------------------------------------

    def _calculated(self, name: str) -> Sql:
        if f"EVAL-{name}" not in self.settings:
            return self._aliased(name)
        return self._once(CALCULATED, name, self._evaluate)

    def _evaluate(self, name: str) -> Sql:
        try:
            expression = parse_expression(self.settings[f"EVAL-{name}"])
            value = compile_value(expression, _View(self._aliased), self.session)
        except (SplError, EngineError) as error:
            self.session.warn(f"calculated field `{name}` of {self.constants['sourcetype']} is left out: {error}")
            return self._aliased(name)
        return value if value.kind is Kind.NULL else self.layers.add(CALCULATED, name, value)

    # --- LOOKUP -----------------------------------------------------------------------------------------------

    @cached_property
    def _lookups(self) -> list[AutoLookup]:
        keys = sorted(key for key in self.settings if key.startswith("LOOKUP-"))
        return [self._with_outputs(_auto_lookup(self.settings[key])) for key in keys]

    def _with_outputs(self, lookup: AutoLookup) -> AutoLookup:
        """A lookup that names no outputs gives all the table's fields that are no inputs."""
        table = None if lookup.outputs else self.session.lookup(lookup.table)
        if table is None:
            return lookup
        inputs = {source for source, _ in lookup.inputs}
        return replace(lookup, outputs=tuple((name, name) for name in table.fields if name not in inputs))

    def _looked_up(self, name: str, before: int) -> Sql:
        """The field after the first `before` lookups."""
        for number in range(before - 1, -1, -1):
            lookup = self._lookups[number]
            for at, (_, target) in enumerate(lookup.outputs):
                if target == name:
                    return self._once(FIRST_LOOKUP + number, name, partial(self._output, number, at))
        return self._calculated(name)

    def _output(self, number: int, at: int, name: str) -> Sql:
        lookup = self._lookups[number]
        table = self.session.lookup(lookup.table)
        below = self._looked_up(name, number)
        if table is None:
            self.session.warn(f"automatic lookup `{lookup.table}` of {self.constants['sourcetype']} has no table")
            return below
        columns = tuple(source for source, _ in lookup.outputs)
        matcher = Matcher(table, tuple(source for source, _ in lookup.inputs), columns)
        keys = [self._looked_up(event, number) for _, event in lookup.inputs]
        several = matcher.several or any(key.kind is Kind.MULTI for key in keys)
        if matcher.temporal:
            keys.append(Sql(as_number(self.field("_time")), Kind.NUMBER))
        found = f"{call_sql(matcher, keys, self.session)}[{at + 1}]"
        value = Sql(found, Kind.MULTI) if several else Sql(f"{found}[1]", Kind.STRING)
        if lookup.keeps:
            value = _first(below, value)
        return self.layers.add(FIRST_LOOKUP + number, name, value)

    # --- event types and tags ---------------------------------------------------------------------------------

    @cached_property
    def _event_types(self) -> list[tuple[EventType, str]]:
        view = _View(lambda name: NULL if name in ("eventtype", "tag") else self.field(name))
        macros = {**self.knowledge.macro_definitions(), **self.session.macros}
        found = event_types(self.knowledge.eventtypes, macros, self.constants)
        return [(one, compile_term(one.term, view, self.session)) for one in found]

    def _eventtype(self, name: str) -> Sql:
        cases = [f"CASE WHEN {condition} THEN {quote(one.name)} END" for one, condition in self._event_types]
        return self._list(cases, name)

    @cached_property
    def _tags(self) -> list[tuple[str, str]]:
        """Each tag that an event can have, after the condition under which it has it."""
        found = []
        conditions = {one.name: condition for one, condition in self._event_types}
        for (key, value), tags in tags_of(self.knowledge.tags).items():
            if key == "eventtype":
                condition = conditions.get(value)
            else:
                term = tree.Compare(tree.Field(key), "=", tree.Word(value))
                possible = self.constants.get(key, value) == value
                condition = compile_term(term, self, self.session) if possible else None
            if condition is not None:
                found += [(condition, tag) for tag in tags]
        return found

    def _tag(self, name: str) -> Sql:
        return self._list([f"CASE WHEN {condition} THEN {quote(tag)} END" for condition, tag in self._tags], name)

    def labelled(self, name: str, value: str) -> str:
        """BOOLEAN SQL of whether an event has a tag or event type: quicker than listing all that it has."""
        pairs = self._tags if name == "tag" else [(condition, one.name) for one, condition in self._event_types]
        conditions = dict.fromkeys(condition for condition, label in pairs if label.lower() == value.lower())
        return f"({' OR '.join(conditions)})" if conditions else "FALSE"

    def _list(self, cases: list[str], name: str) -> Sql:
        if not cases:
            return NULL
        held = f"list_filter(list_distinct([{', '.join(cases)}]), lambda t_: t_ IS NOT NULL)"
        values = self.layers.add(TYPED, name, Sql(held, Kind.MULTI))
        return Sql(f"CASE WHEN len({values.text}) > 0 THEN list_sort({values.text}) END", Kind.MULTI)


@dataclass(frozen=True, slots=True)
class _View(Fields):
    """The fields as a step of the sequence sees them."""

    find: Callable[[str], Sql]

    def field(self, name: str) -> Sql:
        return self.find(name)


def _first(a: Sql, b: Sql) -> Sql:
    """The first that is not null."""
    if a.kind is Kind.NULL or b.kind is Kind.NULL:
        return b if a.kind is Kind.NULL else a
    kind = common_kind([a.kind, b.kind])
    return Sql(f"coalesce({coerce(a, kind)}, {coerce(b, kind)})", kind)


def _several(name: str) -> Sql:
    """A field that comes with the event, in one value or as a list."""
    path = "$." + _key(name)
    texts = f"CAST(json_extract_string(__indexed, {quote(path + '[*]')}) AS VARCHAR[])"
    single = f"spl_list(json_extract_string(__indexed, {quote(path)}))"
    return Sql(f"CASE WHEN json_type(__indexed, {quote(path)}) = 'ARRAY' THEN {texts} ELSE {single} END", Kind.MULTI)


def _key(name: str) -> str:
    return '"' + name.replace('"', '\\"') + '"'


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text.replace(",", " "))
    except ValueError:
        return text.replace(",", " ").split()


def _auto_lookup(text: str) -> AutoLookup:
    """`table in [AS event] ... OUTPUT[NEW] out [AS event] ...`"""
    parts = re.split(r"\s+(OUTPUTNEW|OUTPUT)\s+", text.strip(), maxsplit=1, flags=re.I)
    table, *inputs = _words(parts[0])
    outputs = _words(parts[2]) if len(parts) == 3 else []
    return AutoLookup(table, _pairs(inputs), _pairs(outputs), len(parts) == 3 and parts[1].upper() == "OUTPUTNEW")


def _pairs(words: list[str]) -> tuple[tuple[str, str], ...]:
    found = []
    at = 0
    while at < len(words):
        if at + 2 < len(words) and words[at + 1].upper() == "AS":
            found.append((words[at], words[at + 2]))
            at += 3
        else:
            found.append((words[at], words[at]))
            at += 1
    return tuple(found)
