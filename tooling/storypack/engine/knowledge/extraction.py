"""Fields out of `_raw`: EXTRACT, REPORT, and what KV_MODE finds by itself (layer 1 of `fields`).

Knowledge Manager Manual: "The sequence of search-time operations"; props.conf.spec. What an earlier step has found, a
later one does not overwrite; a transform with MV_ADD adds to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, partial

from storypack.conf import Conf
from storypack.engine.knowledge.json_fields import json_field
from storypack.engine.knowledge.layers import Layers
from storypack.engine.knowledge.steps import Pattern, Step, first, is_pattern, together, transform_step
from storypack.engine.sql import Kind, Sql, quote
from storypack.truth import CONF

_INLINE = re.compile(r"(?P<pattern>.*?)(?:\s+in\s+(?P<field>[\w.:{}-]+))?\s*$", re.DOTALL | re.IGNORECASE)
_CLEAN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SHARED_TEXTS = {name: name for name in ("_raw", "source", "host", "sourcetype", "index")} | {
    "MetaData:Source": "source",
    "MetaData:Host": "host",
    "MetaData:Sourcetype": "sourcetype",
}


class Json(StrEnum):
    """How many events are JSON objects, as far as that is known without reading them all."""

    FEW = "few"
    MOST = "most"
    ALL = "all"


@dataclass
class Extractor:
    """What an origin's settings extract from the raw text. `json` = how many of its events are JSON objects;
    `indexed` = fields may come with the events themselves. What several fields rest on becomes a column of `layers`."""

    settings: Mapping[str, str]
    transforms: Conf
    layers: Layers
    json: Json = Json.FEW
    indexed: bool = False
    _values: dict[tuple[int, str], Sql | None] = field(default_factory=dict)
    _merged: dict[tuple[int, str], Sql] = field(default_factory=dict)

    def extract(self, name: str) -> Sql | None:
        """The SQL of a field after EXTRACT, REPORT and KV_MODE; None if the settings cannot give it."""
        value = None
        for step in range(len(self._steps)):
            value = self._with(value, step, name)
        values = [*([value] if value else []), *self._automatic(name)]
        return first(values) if values else None

    # --- EXTRACT and REPORT -----------------------------------------------------------------------------------

    def _with(self, before: Sql | None, step: int, name: str) -> Sql | None:
        """A field's value with what a further step gives."""
        value = self._value(step, name)
        if value is None or before is None:
            return before or value
        return together(before, value) if self._steps[step].adds else first([before, value])

    def _value(self, step: int, name: str) -> Sql | None:
        if (step, name) not in self._values:
            self._values[step, name] = self._steps[step].value(name, partial(self._text, step), self.layers)
        return self._values[step, name]

    def _text(self, step: int, source: str) -> str | None:
        """The SQL of the text in which a step looks: the event, what all events share, or a field that came with the
        event or from an earlier step; None if there is no such field yet."""
        if source in _SHARED_TEXTS:
            return f'"{_SHARED_TEXTS[source]}"'
        value = self._before(step, source)
        if value is not None and value.kind is Kind.MULTI:
            value = Sql(f"{value.text}[1]", Kind.STRING)
        if not self.indexed:
            return None if value is None else value.text
        indexed = indexed_sql(source)
        return self.layers.once(source, indexed if value is None else first([indexed, value])).text

    def _before(self, step: int, name: str) -> Sql | None:
        """A field as the steps before one leave it, as a column; it builds on that of fewer steps."""
        value = None
        for earlier in range(step):
            if self._value(earlier, name) is not None:
                if (earlier, name) not in self._merged:
                    merged = self._with(value, earlier, name)
                    assert merged is not None
                    self._merged[earlier, name] = self.layers.once(name, merged)
                value = self._merged[earlier, name]
        return value

    @cached_property
    def _steps(self) -> list[Step]:
        """The settings EXTRACT-..., then the transforms that REPORT-... name, by class name. Patterns that are none are
        left out, as Splunk leaves them out."""
        found: list[Step] = []
        for key in sorted(self.settings):
            parts = _INLINE.match(self.settings[key]) if key.startswith("EXTRACT-") else None
            if parts and parts["pattern"] and is_pattern(parts["pattern"]):
                found.append(Pattern(parts["pattern"], parts["field"] or "_raw"))
        for key in sorted(self.settings):
            for name in self.settings[key].split(",") if key.startswith("REPORT-") else ():
                stanza = name.strip()
                step = transform_step(self.transforms[stanza].settings) if stanza in self.transforms else None
                if step is not None:
                    found.append(step)
        return found

    # --- KV_MODE ----------------------------------------------------------------------------------------------

    @cached_property
    def mode(self) -> str:
        """KV_MODE: `json`, `xml`, `none` (also for `multi`, which reads tables), `auto` or `auto_escaped`."""
        mode = self.settings.get("KV_MODE", "").strip().lower() or "auto"
        if mode in ("json", "xml", "none", "auto_escaped"):
            return mode
        if mode == "multi":
            return "none"
        return "json" if self.indexes_json else "auto"

    @property
    def indexes_json(self) -> bool:
        """Whether the fields of JSON are indexed ones."""
        return self.settings.get("INDEXED_EXTRACTIONS", "").strip().lower() == "json"

    @cached_property
    def _finds_json(self) -> bool:
        """Whether `auto` looks for JSON, too."""
        return self.mode.startswith("auto") and CONF.is_true(self.settings.get("AUTO_KV_JSON", "true"))

    def _automatic(self, name: str) -> Iterator[Sql]:
        if self.mode == "json" or (self._finds_json and self.json is not Json.FEW):
            yield json_field(name, self.layers)
        if self.mode == "xml":
            yield Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
        if not self.mode.startswith("auto"):
            return
        if _CLEAN_NAME.fullmatch(name) and not (self._finds_json and self.json is Json.ALL):
            pairs = self.layers.once("__pairs", Sql(self._keyvalue(), Kind.STRING))
            yield Sql(f"{pairs.text}[{quote(name)}]", Kind.STRING)
        if self._finds_json and self.json is Json.FEW:  # of a line of JSON among others
            values = f"CASE WHEN spl_json_like(_raw) THEN spl_json_dotted(_raw, {quote(name)}) END"
            yield Sql(values, Kind.MULTI) if "{}" in name else Sql(f"({values})[1]", Kind.STRING)

    def _keyvalue(self) -> str:
        """SQL of the pairs of an event's text; a JSON object has none unless JSON is switched off."""
        trim = str(CONF.is_true(self.settings.get("KV_TRIM_SPACES", "true"))).upper()
        pairs = f"spl_kv(_raw, {quote(self.mode)}, {trim})"
        return f"CASE WHEN NOT spl_json_like(_raw) THEN {pairs} END" if self._finds_json else pairs

    def names_sql(self) -> str:
        """SQL of a list of the names that an event itself has (VARCHAR[]), for `table *` and its kin."""
        parts = ["map_keys(spl_flatten(__indexed))"]
        if self.mode in ("json", "xml"):
            parts.append("map_keys(spl_flatten(_raw))")
        elif self.mode.startswith("auto"):
            if self._finds_json:
                parts.append("CASE WHEN spl_json_like(_raw) THEN map_keys(spl_flatten(_raw)) END")
            parts.append(f"map_keys({self._keyvalue()})")
        parts += filter(None, (step.names_sql() for step in self._steps))
        return f"flatten([{', '.join(f'coalesce({part}, [])' for part in parts)}])"

    def is_literal(self, name: str) -> bool:
        """Whether a field's values stand in the event's text as they are, but for what JSON, XML and quotes escape."""
        return all(step.is_literal(name) for step in self._steps)

    def named(self) -> Iterator[str]:
        """The fields that the settings name."""
        for step in self._steps:
            yield from step.named()


def indexed_sql(name: str) -> Sql:
    """A field that came with the event, in a single value."""
    return Sql(f"spl_json_text(json_extract(__indexed, {quote('$.' + json_key(name))}))", Kind.STRING)


def json_key(name: str) -> str:
    """A key as a step of a JSON path, quoted for DuckDB."""
    return '"' + name.replace('"', '\\"') + '"'
