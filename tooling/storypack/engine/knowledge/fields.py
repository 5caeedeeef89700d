"""The fields of events of one origin, resolved a name at a time in Splunk's order.

Knowledge Manager Manual: "The sequence of search-time operations": EXTRACT, REPORT, KV_MODE, FIELDALIAS, EVAL, LOOKUP,
event types, tags. Each step sees the fields of the steps before it and none of its own: calculated fields do not see
each other. A lookup sees the outputs of lookups whose class name sorts before its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.compile.expressions import compile_value
from storypack.engine.compile.terms import Fields, compile_term
from storypack.engine.errors import EngineError, SearchError
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.assignments import AutoLookup, aliases, auto_lookup
from storypack.engine.knowledge.eventtypes import event_types, named_event_types, tags_of
from storypack.engine.knowledge.extraction import Extractor, indexed_sql, json_key
from storypack.engine.knowledge.layers import Layers
from storypack.engine.lookup import Matcher, call_sql
from storypack.engine.session import Session
from storypack.engine.sql import NULL, Kind, Sql, as_number, identifier, quote
from storypack.spl import parse_expression, tree
from storypack.spl.fields.walk import walk
from storypack.spl.source import SplError
from storypack.truth import CONF

INDEXED = ("_raw", "_time", "_indextime", "date_wday", "date_month", "linecount", "punct")
"""Fields of every event that the index holds, beside DATE_PARTS and those that an origin shares."""

PUNCT = r"left(replace(replace(regexp_replace(_raw, '[A-Za-z0-9\r\n]', '', 'g'), ' ', '_'), chr(9), 't'), 50)"
"""The signs of an event (props.conf.spec: ANNOTATE_PUNCT), as a running Splunk was seen to write them."""

LINECOUNT = "CAST(length(_raw) - length(replace(_raw, chr(10), '')) + 1 AS DOUBLE)"

TAG_OF = "tag::"
"""Before a field's name: the tags of its value."""

DATE_PARTS = {
    "date_hour": "hour",
    "date_minute": "minute",
    "date_second": "second",
    "date_mday": "day",
    "date_year": "year",
}


@dataclass(frozen=True, slots=True)
class _Tag:
    """A tag, the field on whose value it hangs, the search that an event with it matches, and what gives the condition
    (SQL) under which an event has it."""

    name: str
    field: str
    term: tree.Term
    condition: Callable[[], str]


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
    _known: dict[tuple[str, str], Sql] = field(default_factory=dict)
    _busy: set[tuple[str, str]] = field(default_factory=set)
    _matches: dict[int, tuple[Sql, bool] | None] = field(default_factory=dict)
    _flags: dict[str, Sql] = field(default_factory=dict)

    def field(self, name: str) -> Sql:
        """The SQL of a field, NULL if events of this origin cannot hold it."""
        if name == "eventtype":
            return self._once("typed", name, self._eventtype)
        if name == "tag" or name.startswith(TAG_OF):
            return self._once("typed", name, self._tag)
        return self._looked_up(name, len(self._lookups))

    def indexed_field(self, name: str) -> Sql:
        """The SQL of a field that the index holds: what all events have, and what came with them; NULL for another."""
        if name in INDEXED or name in DATE_PARTS or name in self.constants or name in self.varying:
            return self._extracted(name)
        if self.extractor.indexes_json:
            return self.field(name)
        if name in self.multi:
            return self._once("extracted", name, self._extract)
        value = self._once("indexed", name, self._from_index) if self.indexed else NULL
        if value.kind is Kind.NULL and self.field(name).kind is not Kind.NULL:
            self.session.warn(
                f"tstats without a data model sees indexed fields only: `{name}` is extracted at search time"
            )
        return value

    def _from_index(self, name: str) -> Sql:
        return self.layers.add(name, indexed_sql(name))

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

    def is_literal(self, name: str) -> bool:
        """Whether a field's values stand in the event's text, or in the fields that came with it, as they are; see
        `needles`. Nothing that is worked out does."""
        if name in ("eventtype", "tag") or name.startswith(TAG_OF) or f"EVAL-{name}" in self.settings:
            return False
        if any(target == name for lookup in self._lookups for _, target in lookup.outputs):
            return False
        return all(map(self._is_extracted, (name, *(original for original, _ in self._originals.get(name, ())))))

    def _is_extracted(self, name: str) -> bool:
        if name in self.constants or name in self.varying or name in DATE_PARTS or name in ("punct", "linecount"):
            return False
        return not name.startswith("_") and name != "date_wday" and self.extractor.is_literal(name)

    def _once(self, step: str, name: str, make: Callable[[str], Sql]) -> Sql:
        """A field as a step of the sequence leaves it, made when it is first asked for."""
        key = (step, name)
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
            part = f"CAST({DATE_PARTS[name]}(spl_moment({self.time.text})) AS DOUBLE)"
            return Sql(part, Kind.NUMBER)
        if name == "punct" and self._has_punct:
            return Sql(PUNCT, Kind.STRING)
        if name == "linecount":
            return Sql(LINECOUNT, Kind.NUMBER)
        if name in ("date_wday", "date_month"):
            part = "dayname" if name == "date_wday" else "monthname"
            return Sql(f"lower({part}(spl_moment({self.time.text})))", Kind.STRING)
        if name.startswith("_"):
            return NULL
        return self._once("extracted", name, self._extract)

    @cached_property
    def _has_punct(self) -> bool:
        return not CONF.is_false(self.settings.get("ANNOTATE_PUNCT", ""))

    def _extract(self, name: str) -> Sql:
        if name in self.multi:
            return self.layers.add(name, _several(name))
        found = self.extractor.extract(name)
        if not self.indexed:
            return NULL if found is None else self.layers.once(name, found)
        indexed = indexed_sql(name)
        if found is None:
            value = indexed
        elif found.kind is Kind.MULTI:
            value = Sql(f"coalesce(spl_list({indexed.text}), {found.text})", Kind.MULTI)
        else:
            value = Sql(f"coalesce({indexed.text}, {found.text})", found.kind)
        return self.layers.add(name, value)

    # --- FIELDALIAS -------------------------------------------------------------------------------------------

    @cached_property
    def _aliases(self) -> list[tuple[str, str, bool]]:
        """(original, alias, whether an existing value stays) in the order of the classes."""
        keys = sorted(key for key in self.settings if key.startswith("FIELDALIAS-"))
        return [alias for key in keys for alias in aliases(self.settings[key])]

    @cached_property
    def _originals(self) -> Mapping[str, list[tuple[str, bool]]]:
        """Of each alias the fields for which it stands, and whether an existing value stays."""
        found: dict[str, list[tuple[str, bool]]] = {}
        for original, alias, keeps in self._aliases:
            if original != alias:
                found.setdefault(alias, []).append((original, keeps))
        return found

    def _aliased(self, name: str) -> Sql:
        if name not in self._originals:
            return self._extracted(name)
        return self._once("aliased", name, self._alias)

    def _alias(self, name: str) -> Sql:
        values = [self._extracted(name)]
        for original, keeps in self._originals[name]:
            other = self._extracted(original)
            values = [*values, other] if keeps else [other]
        value = _first(values)
        return value if value.kind is Kind.NULL else self.layers.once(name, value)

    # --- EVAL -------------------------------------------------------------------------------------------------

    def _calculated(self, name: str) -> Sql:
        if f"EVAL-{name}" not in self.settings:
            return self._aliased(name)
        return self._once("calculated", name, self._evaluate)

    def _evaluate(self, name: str) -> Sql:
        try:
            expression = parse_expression(self.settings[f"EVAL-{name}"])
            if any(isinstance(node, tree.Pipeline) for node in walk(expression)):
                raise SearchError("it holds a subsearch")
            value = compile_value(expression, View(self._aliased), self.session)
        except (SplError, EngineError) as error:
            self.session.warn(f"calculated field `{name}` of {self.constants['sourcetype']} is left out: {error}")
            return self._aliased(name)
        return value if value.kind is Kind.NULL else self.layers.once(name, value)

    # --- LOOKUP -----------------------------------------------------------------------------------------------

    @cached_property
    def _lookups(self) -> list[AutoLookup]:
        keys = sorted(key for key in self.settings if key.startswith("LOOKUP-"))
        found = [auto_lookup(self.settings[key]) for key in keys]
        return [self._with_outputs(lookup) for lookup in found if lookup is not None]

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
                    return self._once(f"lookup {number}", name, partial(self._output, number, at))
        return self._calculated(name)

    def _output(self, number: int, at: int, name: str) -> Sql:
        below = self._looked_up(name, number)
        if number not in self._matches:
            self._matches[number] = self._match(number)
        match = self._matches[number]
        if match is None:
            return below
        found, several = match
        values = f"{found.text}[{at + 1}]"
        value = Sql(values, Kind.MULTI) if several else Sql(f"{values}[1]", Kind.STRING)
        if self._lookups[number].keeps:
            value = _first([below, value])
        return self.layers.add(name, value)

    def _match(self, number: int) -> tuple[Sql, bool] | None:
        """What a lookup gives for an event, as a column of all its outputs, and whether these may hold several values;
        None if it has no table."""
        lookup = self._lookups[number]
        table = self.session.lookup(lookup.table)
        if table is None:
            self.session.warn(f"automatic lookup `{lookup.table}` of {self.constants['sourcetype']} has no table")
            return None
        columns = tuple(source for source, _ in lookup.outputs)
        matcher = Matcher(table, tuple(source for source, _ in lookup.inputs), columns)
        keys = [self._looked_up(event, number) for _, event in lookup.inputs]
        several = matcher.several or any(key.kind is Kind.MULTI for key in keys)
        if matcher.temporal:
            keys.append(Sql(as_number(self.field("_time")), Kind.NUMBER))
        return self.layers.add("__match", Sql(call_sql(matcher, keys, self.session), Kind.STRING)), several

    # --- event types and tags ---------------------------------------------------------------------------------

    @cached_property
    def _event_types(self) -> dict[str, tree.Term]:
        """The searches of the event types that an event can have."""
        macros = {**self.knowledge.macro_definitions(), **self.session.macros}
        kinds = event_types(self.knowledge.eventtypes, macros, self.constants, self.session.warn)
        return {kind.name: kind.term for kind in kinds}

    def _is_of(self, name: str) -> Sql:
        """Whether an event is of an event type, as a column. One that leans on itself does so in vain."""
        if name not in self._flags:
            self._flags[name] = NULL
            view = View(partial(self._seen_by, name))
            try:
                condition = compile_term(self._event_types[name], view, self.session)
            except EngineError as error:
                self.session.warn(f"event type `{name}` is left out: {error}")
                condition = "FALSE"
            self._flags[name] = self.layers.once("__is", Sql(condition, Kind.BOOL))
        return self._flags[name]

    def _seen_by(self, event_type: str, name: str) -> Sql:
        """A field as the search of an event type sees it: of event types those that it names, and no tags."""
        if name != "eventtype":
            return NULL if name == "tag" else self.field(name)
        term = self._event_types[event_type]
        flags = [(other, self._is_of(other)) for other in named_event_types(term, self._event_types)]
        cases = [f"CASE WHEN {flag.text} THEN {quote(other)} END" for other, flag in flags if flag is not NULL]
        return Sql(f"list_filter([{', '.join(cases)}], lambda t_: t_ IS NOT NULL)", Kind.MULTI) if cases else NULL

    def _eventtype(self, name: str) -> Sql:
        return self._list([(self._is_of(one).text, one) for one in self._event_types], name)

    @cached_property
    def _tags(self) -> list[_Tag]:
        """The tags that an event can have."""
        found: list[_Tag] = []
        for (key, value), tags in tags_of(self.knowledge.tags).items():
            if key == "eventtype":
                if value in self._event_types:
                    term = self._event_types[value]
                    found += [_Tag(tag, key, term, partial(self._flag, value)) for tag in tags]
            elif self.constants.get(key, value) == value:
                term = tree.Compare(tree.Field(key), "=", tree.Word(value))
                found += [_Tag(tag, key, term, partial(compile_term, term, self, self.session)) for tag in tags]
        return found

    def _flag(self, event_type: str) -> str:
        return self._is_of(event_type).text

    def _tag(self, name: str) -> Sql:
        """All tags (`tag`), or those of a field's value (`tag::host`)."""
        tags = [tag for tag in self._tags if name in ("tag", TAG_OF + tag.field)]
        return self._list([(tag.condition(), tag.name) for tag in tags], name)

    def labelled(self, name: str, value: str) -> str:
        """BOOLEAN SQL of whether an event has a tag or event type: quicker than listing all that it has."""
        wanted = value.lower()
        if name == "tag":
            conditions = [tag.condition() for tag in self._tags if tag.name.lower() == wanted]
        else:
            conditions = [self._flag(one) for one in self._event_types if one.lower() == wanted]
        return f"({' OR '.join(dict.fromkeys(conditions))})" if conditions else "FALSE"

    def labelling(self, name: str, value: str) -> list[tree.Term]:
        """The searches of which one must match for an event to have a tag or event type."""
        wanted = value.lower()
        if name == "tag":
            return [tag.term for tag in self._tags if tag.name.lower() == wanted]
        return [term for one, term in self._event_types.items() if one.lower() == wanted]

    def _list(self, labels: list[tuple[str, str]], name: str) -> Sql:
        """The labels of which the condition holds, sorted."""
        if not labels:
            return NULL
        cases = ", ".join(f"CASE WHEN {condition} THEN {quote(label)} END" for condition, label in labels)
        held = f"list_filter(list_distinct([{cases}]), lambda t_: t_ IS NOT NULL)"
        values = self.layers.add(name, Sql(held, Kind.MULTI))
        return Sql(f"CASE WHEN len({values.text}) > 0 THEN list_sort({values.text}) END", Kind.MULTI)


@dataclass(frozen=True, slots=True)
class View(Fields):
    """The fields as a step of the sequence sees them."""

    find: Callable[[str], Sql]

    def field(self, name: str) -> Sql:
        return self.find(name)


def _first(values: Sequence[Sql]) -> Sql:
    """The first that is not null."""
    known = [value for value in values if value.kind is not Kind.NULL]
    if len(known) < 2:
        return known[0] if known else NULL
    kind = common_kind([value.kind for value in known])
    return Sql(f"coalesce({', '.join(coerce(value, kind) for value in known)})", kind)


def _several(name: str) -> Sql:
    """A field that comes with the event, in one value or as a list."""
    path = "$." + json_key(name)
    texts = f"CAST(json_extract_string(__indexed, {quote(path + '[*]')}) AS VARCHAR[])"
    single = f"spl_list(json_extract_string(__indexed, {quote(path)}))"
    return Sql(f"CASE WHEN json_type(__indexed, {quote(path)}) = 'ARRAY' THEN {texts} ELSE {single} END", Kind.MULTI)
