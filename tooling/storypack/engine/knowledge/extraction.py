"""Fields out of `_raw`: EXTRACT, REPORT, and what KV_MODE finds by itself (layer 1 of `fields`).

Knowledge Manager Manual: "The sequence of search-time operations"; props.conf.spec, transforms.conf.spec. What an
earlier step has found, a later one does not overwrite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from storypack.conf import Conf
from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import Kind, Sql, quote
from storypack.engine.udf.re2 import translate
from storypack.engine.udf.regex import PatternError, compile_pattern

_INLINE = re.compile(r"(?P<pattern>.*?)(?:\s+in\s+(?P<field>[\w.:{}-]+))?\s*$", re.DOTALL)
_FORMAT_PAIR = re.compile(r"([\w.:{}$-]+)::(?:\"((?:[^\"\\]|\\.)*)\"|(\S+))")
_SHARED_TEXTS = {name: name for name in ("_raw", "source", "host", "sourcetype", "index")} | {
    "MetaData:Source": "source",
    "MetaData:Host": "host",
    "MetaData:Sourcetype": "sourcetype",
}


@dataclass
class Extractor:
    """What an origin's settings extract from the raw text. `mode` is the effective KV_MODE; what several fields rest on
    becomes a column of `layers`."""

    settings: Mapping[str, str]
    transforms: Conf
    mode: str
    layers: Layers
    _values: dict[tuple[int, str], tuple[Sql, ...]] = field(default_factory=dict)
    _sources: dict[tuple[str, int], Sql] = field(default_factory=dict)

    def extract(self, name: str) -> Sql | None:
        """The SQL of a field after EXTRACT, REPORT and KV_MODE; None if the settings cannot give it."""
        values = [*self._explicit(name, len(self._steps)), *self._automatic(name)]
        return _first(values) if values else None

    # --- EXTRACT and REPORT -----------------------------------------------------------------------------------

    def _explicit(self, name: str, before: int) -> list[Sql]:
        """What the first `before` steps give for a field."""
        return [value for step in range(before) for value in self._value(step, name)]

    def _value(self, step: int, name: str) -> tuple[Sql, ...]:
        if (step, name) not in self._values:
            self._values[step, name] = tuple(self._steps[step].values(name, partial(self._text, step)))
        return self._values[step, name]

    def _text(self, step: int, source: str) -> str | None:
        """The SQL of the text in which a step looks: the event, what all events share, or a field that an earlier step
        has found; None if there is no such field yet."""
        if source in _SHARED_TEXTS:
            return f'"{_SHARED_TEXTS[source]}"'
        values = self._explicit(source, step)
        if not values:
            return None
        text = self._column(source, values)
        return text.text if text.kind is not Kind.MULTI else f"{text.text}[1]"

    def _column(self, name: str, values: list[Sql]) -> Sql:
        """The first of a field's values that is not null, as a column; it builds on that of fewer values."""
        for count in range(len(values), 0, -1):
            known = self._sources.get((name, count))
            if known is not None:
                break
        else:
            known, count = values[0], 1
        if count < len(values):
            known = _first([known, *values[count:]])
        self._sources[name, len(values)] = self.layers.once(name, known)
        return self._sources[name, len(values)]

    @cached_property
    def _steps(self) -> list[_Pattern | _Transform]:
        return [
            *(_Pattern(pattern, source) for pattern, source in self._inline),
            *(_Transform(transform, self.layers) for transform in self._reports),
        ]

    @cached_property
    def _inline(self) -> list[tuple[str, str]]:
        """The patterns of EXTRACT-..., by class name, and the field in which they look. Patterns that are none are left
        out, as Splunk leaves them out."""
        found = []
        for key in sorted(self.settings):
            parts = _INLINE.match(self.settings[key]) if key.startswith("EXTRACT-") else None
            if parts and parts["pattern"] and is_pattern(parts["pattern"]):
                found.append((parts["pattern"], parts["field"] or "_raw"))
        return found

    @cached_property
    def _reports(self) -> list[Mapping[str, str]]:
        found = []
        for key in sorted(self.settings):
            if key.startswith("REPORT-"):
                for stanza in self.settings[key].split(","):
                    if stanza.strip() in self.transforms:
                        transform = self.transforms[stanza.strip()].settings
                        if "REGEX" not in transform or is_pattern(transform["REGEX"]):
                            found.append(transform)
        return found

    # --- KV_MODE ----------------------------------------------------------------------------------------------

    def _automatic(self, name: str) -> Iterator[Sql]:
        if self.mode == "json":
            yield json_field(name, self.layers)
        elif self.mode == "xml":
            yield Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
        elif self.mode != "none" and re.fullmatch(r"[\w.:]+", name):
            pairs = self.layers.once("__pairs", Sql("spl_kv(_raw)", Kind.STRING))
            yield Sql(f"{pairs.text}[{quote(name)}]", Kind.STRING)

    def names_sql(self) -> str:
        """SQL of a list of the names that an event itself has (VARCHAR[]), for `table *` and its kin."""
        parts = ["coalesce(map_keys(spl_flatten(__indexed)), [])"]
        if self.mode in ("json", "xml"):
            parts.append("coalesce(map_keys(spl_flatten(_raw)), [])")
        elif self.mode != "none":
            parts.append("coalesce(map_keys(spl_kv(_raw)), [])")
        for transform in self._reports:
            if _is_dynamic(transform):
                parts.append(f"coalesce(map_keys({_pairs_sql('_raw', transform)}), [])")
        text = parts[0]
        for part in parts[1:]:
            text = f"list_concat({text}, {part})"
        return text

    def named(self) -> Iterator[str]:
        """The fields that the settings name."""
        for pattern, _ in self._inline:
            yield from compile_pattern(pattern).groupindex
        for transform in self._reports:
            if transform.get("FIELDS"):
                yield from _field_names(transform)
            elif not _is_dynamic(transform) and transform.get("REGEX"):
                yield from compile_pattern(transform["REGEX"]).groupindex
                yield from (pair[0] for pair in _FORMAT_PAIR.findall(transform.get("FORMAT", "")) if "$" not in pair[0])


def _first(values: Sequence[Sql]) -> Sql:
    """The first value that is not null."""
    if len(values) == 1:
        return values[0]
    if any(value.kind is Kind.MULTI for value in values):
        texts = [value.text if value.kind is Kind.MULTI else f"spl_list({value.text})" for value in values]
        return Sql(f"coalesce({', '.join(texts)})", Kind.MULTI)
    return Sql(f"coalesce({', '.join(value.text for value in values)})", Kind.STRING)


TextOf = Callable[[str], str | None]
"""The SQL of the text that a source (`_raw`, a field) holds; None where there is no such field."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """An EXTRACT setting."""

    pattern: str
    source: str

    def values(self, name: str, text_of: TextOf) -> Iterator[Sql]:
        """What the setting gives for a field."""
        group = compile_pattern(self.pattern).groupindex.get(name)
        text = text_of(self.source) if group is not None else None
        if group is not None and text is not None:
            yield group_sql(text, self.pattern, group)


@dataclass(frozen=True, slots=True)
class _Transform:
    """A stanza of transforms.conf that a REPORT setting names."""

    settings: Mapping[str, str]
    layers: Layers

    def values(self, name: str, text_of: TextOf) -> Iterator[Sql]:
        """What the stanza gives for a field."""
        if self._may_give(name):
            text = text_of(self.settings.get("SOURCE_KEY", "_raw").strip())
            if text is not None:
                yield from _transform_field(self.settings, name, text, self.layers)

    def _may_give(self, name: str) -> bool:
        """Whether the stanza names the field, or takes names from the event."""
        settings = self.settings
        if "DELIMS" in settings:
            return "FIELDS" not in settings or name in _field_names(settings)
        if not settings.get("REGEX"):
            return False
        formats = (key for key, _, _ in _FORMAT_PAIR.findall(settings.get("FORMAT", "")))
        return _is_dynamic(settings) or name in compile_pattern(settings["REGEX"]).groupindex or name in formats


# --- regular expressions --------------------------------------------------------------------------------------------


def group_sql(text: str, pattern: str, group: int) -> Sql:
    """One group of the first match; null where nothing matches or the group is empty."""
    simple = translate(pattern) if group < 10 else None
    if simple is not None:
        return Sql(f"nullif(regexp_extract({text}, {quote(simple.pattern)}, {group}), '')", Kind.STRING)
    return Sql(f"nullif(spl_groups({text}, {quote(pattern)})[{group}], '')", Kind.STRING)


def _is_dynamic(transform: Mapping[str, str]) -> bool:
    """The field's name stands in the event: `FORMAT = $1::$2`."""
    if transform.get("FORMAT", "").strip() != "$1::$2" or not transform.get("REGEX"):
        return False
    return bool(compile_pattern(transform["REGEX"]).groups >= 2)


def is_pattern(text: str) -> bool:
    """Whether a setting's regular expression is one."""
    try:
        compile_pattern(text)
    except PatternError:
        return False
    return True


def _transform_field(transform: Mapping[str, str], name: str, text: str, layers: Layers) -> Iterator[Sql]:
    """What a transforms.conf stanza gives for a field, looking into the SQL `text`."""
    if "DELIMS" in transform:
        yield from _delimited(transform, name, text)
        return
    pattern = transform["REGEX"]
    several = _is_true(transform.get("MV_ADD", ""))
    groups = compile_pattern(pattern).groupindex
    if name in groups:
        yield all_sql(text, pattern, groups[name]) if several else group_sql(text, pattern, groups[name])
    elif _is_dynamic(transform):
        pairs = layers.once("__pairs", Sql(_pairs_sql(text, transform), Kind.STRING))
        values = f"{pairs.text}[{quote(name)}]"
        yield Sql(values, Kind.MULTI) if several else Sql(f"{values}[1]", Kind.STRING)
    else:
        for key, quoted, bare in _FORMAT_PAIR.findall(transform.get("FORMAT", "")):
            value = quoted or bare
            if key == name and re.fullmatch(r"\$\d+", value):
                group = int(value[1:])
                yield all_sql(text, pattern, group) if several else group_sql(text, pattern, group)
            elif key == name and "$" not in value:
                matched = f"spl_match({text}, {quote(pattern)})"
                yield Sql(f"CASE WHEN {matched} THEN {quote(value)} END", Kind.STRING)


def _pairs_sql(text: str, transform: Mapping[str, str]) -> str:
    """SQL (MAP of VARCHAR to VARCHAR[]) of what a pattern of names and values finds."""
    clean = _is_true(transform.get("CLEAN_KEYS", "true"))
    return f"spl_named_pairs({text}, {quote(transform['REGEX'])}, {str(clean).upper()})"


def all_sql(text: str, pattern: str, group: int) -> Sql:
    """One group of all matches (MV_ADD); null where nothing matches."""
    matches = f"spl_all_groups({text}, {quote(pattern)}, 0)"
    values = f"list_filter(list_transform({matches}, lambda m_: m_[{group}]), lambda v_: v_ IS NOT NULL AND v_ <> '')"
    return Sql(f"nullif({values}, CAST([] AS VARCHAR[]))", Kind.MULTI)


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "t", "yes", "y")


def _field_names(transform: Mapping[str, str]) -> list[str]:
    """FIELDS, the names of what DELIMS separates."""
    return [part.strip().strip('"') for part in transform["FIELDS"].split(",")]


def _delimited(transform: Mapping[str, str], name: str, text: str) -> Iterator[Sql]:
    """DELIMS with FIELDS (by position), or DELIMS of pairs and of key and value."""
    marks = re.findall(r'"((?:[^"\\]|\\.)*)"', transform["DELIMS"])
    marks = [mark.replace("\\t", "\t").replace('\\"', '"').replace("\\\\", "\\") for mark in marks]
    if transform.get("FIELDS"):
        fields = _field_names(transform)
        if marks and name in fields:
            split = f"regexp_split_to_array({text}, {quote('[' + re.escape(marks[0]) + ']')})"
            yield Sql(f"nullif({split}[{fields.index(name) + 1}], '')", Kind.STRING)
    elif len(marks) == 2:
        outer, inner = (re.escape(mark) for mark in marks)
        pattern = rf"(?:^|[{outer}\s])\"?{re.escape(name)}\"?[{inner}](?:\"([^\"]*)\"|([^{outer}]*))"
        groups = f"spl_groups({text}, {quote(pattern)})"
        yield Sql(f"nullif(coalesce({groups}[1], {groups}[2]), '')", Kind.STRING)


# --- JSON -----------------------------------------------------------------------------------------------------------


_UNSPELLABLE = re.compile(r"[*\\\x00-\x1f]")  # in a path of DuckDB: a star is a wildcard there even in quotes


def json_field(name: str, layers: Layers) -> Sql:
    """A field of a JSON event by its path: `a.b`, `a{}.b`. null is the text "null", as in Splunk; an object or an array
    is no value. A line that is no JSON has no fields."""
    if _UNSPELLABLE.search(name):
        return Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
    if "{}" in name:
        # The list itself comes with the other paths of the event; its members are then looked up in a short text.
        whole = "".join(_step(part) for part in name.split("."))
        before, mark, after = whole.partition("[*]")
        members = f"json_extract({layers.json('$' + before)}, {quote('$' + mark + after)})"
        texts = f"list_transform({members}, lambda j_: spl_json_text(j_))"
        held = layers.once("__members", Sql(f"list_filter({texts}, lambda t_: t_ IS NOT NULL)", Kind.MULTI)).text
        return Sql(f"CASE WHEN len({held}) > 0 THEN {held} END", Kind.MULTI)
    paths = ["$" + "".join(_step(part) for part in name.split("."))]
    if "." in name:
        paths.append("$" + _step(name))  # a key that itself holds the dots, as Zeek's `id.orig_h`
    values = [f"spl_json_text({layers.json(path)})" for path in paths]
    return Sql(values[0] if len(values) == 1 else f"coalesce({', '.join(values)})", Kind.STRING)


def _step(part: str) -> str:
    """One step of a JSON path, quoted for DuckDB; `{}` becomes all elements."""
    bare = part.removesuffix("{}")
    depth = 0
    while bare != part:
        depth += 1
        part, bare = bare, bare.removesuffix("{}")
    key = bare.replace('"', '\\"')
    return (f'."{key}"' if key else "") + "[*]" * depth
