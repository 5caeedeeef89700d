"""Fields out of `_raw`: EXTRACT, REPORT, and what KV_MODE finds by itself (layer 1 of `fields`).

Knowledge Manager Manual: "The sequence of search-time operations"; props.conf.spec, transforms.conf.spec. What an
earlier step has found, a later one does not overwrite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

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
_PLAIN_GROUP = re.compile(r"(?<!\\)\((?!\?)")


@dataclass(frozen=True)
class Extractor:
    """What an origin's settings extract from the raw text. `mode` is the effective KV_MODE."""

    settings: Mapping[str, str]
    transforms: Conf
    mode: str

    def extract(self, name: str, layers: Layers) -> Sql | None:
        """The SQL of a field as of layer 1; None if the settings cannot give it."""
        found = [*self._explicit(name), *self._automatic(name, layers)]
        if not found:
            return None
        if len(found) == 1:
            return found[0]
        if any(value.kind is Kind.MULTI for value in found):
            texts = [v.text if v.kind is Kind.MULTI else f"spl_list({v.text})" for v in found]
            return Sql(f"coalesce({', '.join(texts)})", Kind.MULTI)
        return Sql(f"coalesce({', '.join(value.text for value in found)})", Kind.STRING)

    # --- EXTRACT and REPORT -----------------------------------------------------------------------------------

    def _explicit(self, name: str) -> Iterator[Sql]:
        yield from self._inline_values(name, len(self._inline))
        yield from self._report_values(name, len(self._reports))

    def _inline_values(self, name: str, before: int) -> Iterator[Sql]:
        """What the first `before` EXTRACT settings give for a field."""
        for at, (pattern, source) in enumerate(self._inline[:before]):
            group = compile_pattern(pattern).groupindex.get(name)
            text = self._text(source, at, 0) if group is not None else None
            if group is not None and text is not None:
                yield group_sql(text, pattern, group)

    def _report_values(self, name: str, before: int) -> Iterator[Sql]:
        """What the first `before` transforms of the REPORT settings give for a field."""
        for at, transform in enumerate(self._reports[:before]):
            text = self._text(transform.get("SOURCE_KEY", "_raw").strip(), len(self._inline), at)
            if text is not None:
                yield from _transform_field(transform, name, text)

    def _text(self, source: str, inline: int, reports: int) -> str | None:
        """The SQL of the text in which a pattern looks: the event, what all events share, or a field that an earlier
        setting (the first `inline` and `reports` of them) has found; None if there is no such field yet."""
        if source in _SHARED_TEXTS:
            return f'"{_SHARED_TEXTS[source]}"'
        found = [*self._inline_values(source, inline), *self._report_values(source, reports)]
        texts = [value.text if value.kind is not Kind.MULTI else f"{value.text}[1]" for value in found]
        return f"coalesce({', '.join(texts)})" if texts else None

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

    def _automatic(self, name: str, layers: Layers) -> Iterator[Sql]:
        if self.mode == "json":
            yield json_field(name, layers)
        elif self.mode == "xml":
            yield Sql(f"spl_spath(_raw, {quote(name)})", Kind.MULTI)
        elif self.mode != "none" and re.fullmatch(r"[\w.:]+", name):
            yield Sql(f"{_shared(layers, 'spl_kv(_raw)')}[{quote(name)}]", Kind.STRING)

    def names_sql(self) -> str:
        """SQL of a list of the names that an event itself has (VARCHAR[]), for `table *` and its kin."""
        parts = ["coalesce(map_keys(spl_flatten(__indexed)), [])"]
        if self.mode in ("json", "xml"):
            parts.append("coalesce(map_keys(spl_flatten(_raw)), [])")
        elif self.mode != "none":
            parts.append("coalesce(map_keys(spl_kv(_raw)), [])")
        for transform in self._reports:
            if _is_dynamic(transform):
                pattern = quote(transform["REGEX"])
                groups = f"coalesce(spl_all_groups(_raw, {pattern}, 0), [])"
                parts.append(f"list_transform({groups}, lambda g_: g_[1])")
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
                yield from (part.strip().strip('"') for part in transform["FIELDS"].split(","))
            elif not _is_dynamic(transform) and transform.get("REGEX"):
                yield from compile_pattern(transform["REGEX"]).groupindex
                yield from (pair[0] for pair in _FORMAT_PAIR.findall(transform.get("FORMAT", "")) if "$" not in pair[0])


def _shared(layers: Layers, call: str) -> str:
    """A costly call that several fields use, as a column made once (in the layer below the fields)."""
    for ident, text in (layers.columns[0] if layers.columns else {}).items():
        if text == call:
            return ident
    return layers.add(1, "__shared", Sql(call, Kind.STRING)).text


# --- regular expressions --------------------------------------------------------------------------------------------


def group_sql(text: str, pattern: str, group: int) -> Sql:
    """One group of the first match; null where nothing matches or the group is empty."""
    simple = translate(pattern) if group < 10 else None
    if simple is not None:
        return Sql(f"nullif(regexp_extract({text}, {quote(simple.pattern)}, {group}), '')", Kind.STRING)
    return Sql(f"nullif(spl_groups({text}, {quote(pattern)})[{group}], '')", Kind.STRING)


def _is_dynamic(transform: Mapping[str, str]) -> bool:
    """The field's name stands in the event: `FORMAT = $1::$2`."""
    return transform.get("FORMAT", "").strip() == "$1::$2" and "REGEX" in transform


def is_pattern(text: str) -> bool:
    """Whether a setting's regular expression is one."""
    try:
        compile_pattern(text)
    except PatternError:
        return False
    return True


def _transform_field(transform: Mapping[str, str], name: str, text: str) -> Iterator[Sql]:
    """What a transforms.conf stanza gives for a field, looking into the SQL `text`."""
    if "DELIMS" in transform:
        yield from _delimited(transform, name, text)
        return
    pattern = transform.get("REGEX", "")
    if not pattern:
        return
    several = _is_true(transform.get("MV_ADD", ""))
    groups = compile_pattern(pattern).groupindex
    if name in groups:
        yield all_sql(text, pattern, groups[name]) if several else group_sql(text, pattern, groups[name])
    elif _is_dynamic(transform):
        named = _with_name(pattern, name, clean=_is_true(transform.get("CLEAN_KEYS", "true")))
        if several:
            yield all_sql(text, named, 1)
        else:
            yield Sql(f"nullif(spl_unescape(spl_groups({text}, {quote(named)})[1]), '')", Kind.STRING)
    else:
        for key, quoted, bare in _FORMAT_PAIR.findall(transform.get("FORMAT", "")):
            value = quoted or bare
            if key == name and re.fullmatch(r"\$\d+", value):
                group = int(value[1:])
                yield all_sql(text, pattern, group) if several else group_sql(text, pattern, group)
            elif key == name and "$" not in value:
                matched = f"spl_match({text}, {quote(pattern)})"
                yield Sql(f"CASE WHEN {matched} THEN {quote(value)} END", Kind.STRING)


def all_sql(text: str, pattern: str, group: int) -> Sql:
    """One group of all matches (MV_ADD); null where nothing matches."""
    matches = f"spl_all_groups({text}, {quote(pattern)}, 0)"
    values = f"list_filter(list_transform({matches}, lambda m_: m_[{group}]), lambda v_: v_ IS NOT NULL AND v_ <> '')"
    return Sql(f"nullif({values}, CAST([] AS VARCHAR[]))", Kind.MULTI)


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "t", "yes", "y")


def _with_name(pattern: str, name: str, *, clean: bool) -> str:
    """A name-and-value pattern for one name: its first group becomes that name. CLEAN_KEYS turns other characters of
    a name into underscores, so an underscore may stand for any of them."""
    spelled = re.escape(name)
    if clean:
        spelled = spelled.replace("_", "[^A-Za-z0-9]+")
    start = _PLAIN_GROUP.search(pattern)
    if start is None:
        return pattern
    depth, at, in_class = 0, start.start(), False
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[" and not in_class:
            in_class = True
        elif char == "]" and in_class:
            in_class = False
        elif not in_class and char == "(":
            depth += 1
        elif not in_class and char == ")":
            depth -= 1
            if depth == 0:
                break
        at += 1
    return f"{pattern[: start.start()]}(?:{spelled}){pattern[at + 1 :]}"


def _delimited(transform: Mapping[str, str], name: str, text: str) -> Iterator[Sql]:
    """DELIMS with FIELDS (by position), or DELIMS of pairs and of key and value."""
    marks = re.findall(r'"((?:[^"\\]|\\.)*)"', transform["DELIMS"])
    marks = [mark.replace("\\t", "\t").replace('\\"', '"').replace("\\\\", "\\") for mark in marks]
    if transform.get("FIELDS"):
        fields = [part.strip().strip('"') for part in transform["FIELDS"].split(",")]
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
        held = _shared(layers, f"list_filter({texts}, lambda t_: t_ IS NOT NULL)")
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
