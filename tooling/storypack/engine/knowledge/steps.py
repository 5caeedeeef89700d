"""The steps that take fields out of an event's text: a setting EXTRACT, a stanza of transforms.conf that REPORT names.

props.conf.spec, transforms.conf.spec; where Splunk 10.4 was seen to differ from them (names in front of the first
delimiter, empty values between delimiters, `$0`), as it was seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import Kind, Sql, quote
from storypack.engine.udf.re2 import translate
from storypack.engine.udf.regex import PatternError, compile_pattern
from storypack.truth import CONF

_PAIR = re.compile(r'(?:"([^"]*)"|([^\s":]+(?::[^\s":]+)*))::(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_GROUP = re.compile(r"\$(\d+)")
_MARKS = re.compile(r'"((?:[^"\\]|\\.)*)"')
_MARK_ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", '\\"': '"', "\\\\": "\\"}
_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s,"]+)')

TextOf = Callable[[str], str | None]
"""The SQL of the text that a source (`_raw`, a field) holds; None where there is no such field."""


@dataclass(frozen=True)
class Pattern:
    """A regular expression that gives fields: by its named groups, by groups `_KEY_x` and `_VAL_x` that take name and
    value from the event, and by FORMAT (`name::$1`, `$1::$2`).

    `adds` = MV_ADD: all matches count, and values add to those of earlier steps.
    """

    pattern: str
    source: str = "_raw"
    format: str = ""
    adds: bool = False
    cleans: bool = True
    keeps_empty: bool = False

    def value(self, name: str, text_of: TextOf, layers: Layers) -> Sql | None:
        """What the step gives for a field; None if it cannot give it."""
        values = self._named.get(name, [])
        if not values and not self._pairs[0]:
            return None
        text = text_of(self.source)
        if text is None:
            return None
        fixed = [self._fixed(text, value) for value in values if isinstance(value, str)]
        groups = [value for value in values if isinstance(value, int)]
        if groups and self.adds:
            return _all_sql(text, self.pattern, groups)
        found = [*(self._group(text, group) for group in groups), *fixed]
        if self._pairs[0]:
            pairs = layers.once("__pairs", Sql(self._pairs_sql(text), Kind.STRING))
            listed = f"{pairs.text}[{quote(name)}]"
            found.append(Sql(listed, Kind.MULTI) if self.adds else Sql(f"{listed}[1]", Kind.STRING))
        return first(found)

    def names_sql(self) -> str | None:
        """SQL of the names (VARCHAR[]) that the step takes from an event's text; None if it takes none."""
        return f"map_keys({self._pairs_sql('_raw')})" if self._pairs[0] else None

    def named(self) -> Iterator[str]:
        """The fields that the step names."""
        yield from self._named

    def is_literal(self, name: str) -> bool:
        """Whether all that the step gives for a field stands in the event's text as it is."""
        named = (f"${each}" if isinstance(each, int) else each for each in self._named.get(name, []))
        values = [*named, *self._pairs[1]]
        return not values or (self.source == "_raw" and all(map(_GROUP.fullmatch, values)))

    @cached_property
    def _named(self) -> Mapping[str, list[int | str]]:
        """Of each field that the step names, the groups or the text that it gets."""
        found: dict[str, list[int | str]] = {}
        for name, group in compile_pattern(self.pattern).groupindex.items():
            if not name.startswith(("_KEY_", "_VAL_")):
                found.setdefault(name, []).append(group)
        for name, value in self._formats:
            number = _GROUP.fullmatch(value)
            if "$" not in name and (number or "$" not in value):
                found.setdefault(name, []).append(int(number[1]) if number else value)
        return found

    @cached_property
    def _formats(self) -> list[tuple[str, str]]:
        """The pairs of FORMAT. `$0` is no group, nor is one that the pattern lacks: such a pair is left out."""
        groups = compile_pattern(self.pattern).groups
        pairs = [(quoted or bare, text or word) for quoted, bare, text, word in _PAIR.findall(self.format)]
        return [pair for pair in pairs if all(0 < int(n) <= groups for n in _GROUP.findall("::".join(pair)))]

    @cached_property
    def _pairs(self) -> tuple[list[int], list[str]]:
        """The groups that hold names, and beside each what is its value."""
        groups = compile_pattern(self.pattern).groupindex
        keys = {name[5:]: number for name, number in groups.items() if name.startswith("_KEY_")}
        found = [(number, f"${groups[f'_VAL_{key}']}") for key, number in keys.items() if f"_VAL_{key}" in groups]
        found += [(int(group[1]), value) for name, value in self._formats if (group := _GROUP.fullmatch(name))]
        return [number for number, _ in found], [value for _, value in found]

    def _pairs_sql(self, text: str) -> str:
        """SQL (MAP of VARCHAR to VARCHAR[]) of the names and values that the event holds."""
        numbers, values = self._pairs
        listed = f"[{', '.join(map(str, numbers))}], [{', '.join(map(quote, values))}]"
        flags = f"{str(self.cleans).upper()}, {str(self.keeps_empty).upper()}"
        return f"spl_named_pairs({text}, {quote(self.pattern)}, {listed}, {flags})"

    def _group(self, text: str, group: int) -> Sql:
        return group_sql(text, self.pattern, group, keeps_empty=self.keeps_empty)

    def _fixed(self, text: str, value: str) -> Sql:
        return Sql(f"CASE WHEN spl_match({text}, {quote(self.pattern)}) THEN {quote(value)} END", Kind.STRING)


@dataclass(frozen=True)
class Delimited:
    """DELIMS: values by position (`fields`), or pairs of name and value."""

    outer: str
    inner: str = ""
    fields: tuple[str, ...] = ()
    source: str = "_raw"
    adds: bool = False
    cleans: bool = True

    def value(self, name: str, text_of: TextOf, layers: Layers) -> Sql | None:
        """What the step gives for a field; None if it cannot give it."""
        if self.fields and name not in self.fields:
            return None
        text = text_of(self.source)
        if text is None:
            return None
        if not self.fields:
            pairs = layers.once("__pairs", Sql(self._pairs_sql(text), Kind.STRING))
            listed = f"{pairs.text}[{quote(name)}]"
            return Sql(listed, Kind.MULTI) if self.adds else Sql(f"{listed}[1]", Kind.STRING)
        parts = layers.once("__parts", Sql(f"spl_delimited({text}, {quote(self.outer)})", Kind.STRING))
        places = [place for place, field in enumerate(self.fields, 1) if field == name]
        values = [Sql(f"nullif({parts.text}[{place}], '')", Kind.STRING) for place in places]
        if self.adds and len(values) > 1:
            return _some(f"[{', '.join(value.text for value in values)}]")
        return first(values)

    def names_sql(self) -> str | None:
        """SQL of the names (VARCHAR[]) that the step takes from an event's text; None if it takes none."""
        return None if self.fields else f"map_keys({self._pairs_sql('_raw')})"

    def named(self) -> Iterator[str]:
        """The fields that the step names."""
        yield from self.fields

    def is_literal(self, name: str) -> bool:
        """Whether all that the step gives for a field stands in the event's text as it is."""
        return self.source == "_raw" or bool(self.fields and name not in self.fields)

    def _pairs_sql(self, text: str) -> str:
        marks = f"{quote(self.outer)}, {quote(self.inner)}"
        return f"spl_delimited_pairs({text}, {marks}, {str(self.cleans).upper()})"


Step = Pattern | Delimited


def transform_step(settings: Mapping[str, str]) -> Step | None:
    """The step of a stanza of transforms.conf; None for one that extracts nothing."""
    source = settings.get("SOURCE_KEY", "").strip() or "_raw"
    adds = CONF.is_true(settings.get("MV_ADD", ""))
    cleans = CONF.is_true(settings.get("CLEAN_KEYS", "true"))
    if settings.get("DELIMS", "").strip():
        marks = [_unescaped(mark) for mark in _MARKS.findall(settings["DELIMS"])] or [settings["DELIMS"].strip()]
        if not marks[0]:
            return None
        inner = marks[1] if len(marks) > 1 else ""
        return Delimited(marks[0], inner, _field_names(settings.get("FIELDS", "")), source, adds, cleans)
    pattern = settings.get("REGEX", "")
    if not pattern or not is_pattern(pattern):
        return None
    keeps_empty = CONF.is_true(settings.get("KEEP_EMPTY_VALS", ""))
    return Pattern(pattern, source, settings.get("FORMAT", ""), adds, cleans, keeps_empty)


def _unescaped(mark: str) -> str:
    return re.sub(r"\\.", lambda found: _MARK_ESCAPES.get(found[0], found[0][1:]), mark)


def _field_names(text: str) -> tuple[str, ...]:
    """FIELDS: names between commas or blanks; one that holds either stands in quotes (transforms.conf.spec).

    >>> _field_names('a, "b c",d')
    ('a', 'b c', 'd')
    >>> _field_names('"date" "src-ip"  size')
    ('date', 'src-ip', 'size')
    """
    return tuple(quoted or bare for quoted, bare in _NAME.findall(text) if quoted or bare)


def is_pattern(text: str) -> bool:
    """Whether a setting's regular expression is one."""
    try:
        compile_pattern(text)
    except PatternError:
        return False
    return True


# --- SQL ------------------------------------------------------------------------------------------------------------


def first(values: Sequence[Sql]) -> Sql:
    """The first value that is not null."""
    if len(values) == 1:
        return values[0]
    if any(value.kind is Kind.MULTI for value in values):
        return Sql(f"coalesce({', '.join(map(_listed, values))})", Kind.MULTI)
    return Sql(f"coalesce({', '.join(value.text for value in values)})", Kind.STRING)


def together(before: Sql, added: Sql) -> Sql:
    """The values of a field, and behind them those that a further step adds."""
    return Sql(f"nullif(list_concat({_listed(before)}, {_listed(added)}), CAST([] AS VARCHAR[]))", Kind.MULTI)


def _listed(value: Sql) -> str:
    return value.text if value.kind is Kind.MULTI else f"spl_list({value.text})"


def _some(values: str) -> Sql:
    """Those of a list's values that are neither null nor empty; null for none."""
    filtered = f"list_filter({values}, lambda v_: v_ IS NOT NULL AND v_ <> '')"
    return Sql(f"nullif({filtered}, CAST([] AS VARCHAR[]))", Kind.MULTI)


def group_sql(text: str, pattern: str, group: int, *, keeps_empty: bool = False) -> Sql:
    """A group of the first match; null where nothing matches, and (unless `keeps_empty`) where it is empty."""
    simple = translate(pattern) if group < 10 and not keeps_empty else None
    if simple is not None:
        return Sql(f"nullif(regexp_extract({text}, {quote(simple.pattern)}, {group}), '')", Kind.STRING)
    value = f"spl_groups({text}, {quote(pattern)})[{group}]"
    return Sql(value if keeps_empty else f"nullif({value}, '')", Kind.STRING)


def _all_sql(text: str, pattern: str, groups: Sequence[int]) -> Sql:
    """Groups of all matches, match by match (MV_ADD); null where nothing matches."""
    matches = f"spl_all_groups({text}, {quote(pattern)}, 0)"
    if len(groups) == 1:
        return _some(f"list_transform({matches}, lambda m_: m_[{groups[0]}])")
    members = ", ".join(f"m_[{group}]" for group in groups)
    return _some(f"flatten(list_transform({matches}, lambda m_: [{members}]))")
