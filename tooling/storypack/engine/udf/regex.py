"""Regular expressions as Splunk has them: PCRE, compiled once.

Search Manual: "About Splunk regular expressions". `re2` says which patterns DuckDB's own engine can do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pcre2

from storypack.engine.udf.keyvalue import clean_key
from storypack.engine.udf.registry import MOST_CHARACTERS, Refused, udf


class PatternError(ValueError):
    """The pattern is no regular expression; the message names it and says why."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern (`search`, `finditer` as in `re`). Classes like `\\w` are ASCII, as in Splunk.

    Raises PatternError.
    """
    try:
        return pcre2.compile(pattern, pcre2.ASCII)
    except (pcre2.LibraryError, UnicodeEncodeError) as error:
        raise PatternError(f"the regular expression {pattern!r} is not valid: {error}") from error


_MOST_STEPS = 5_000_000_000
"""Some seconds of all matches in one text: each of their parts takes as many steps as the text has characters."""


class TooManySteps(Exception):
    """All matches of a pattern in a text would take too long."""


GIVEN_UP = (pcre2.LibraryError, TooManySteps, UnicodeEncodeError)
"""What a pattern raises that is given up on a text: the match limit, ours, a text that is no Unicode."""


def all_matches(compiled: Any, text: str, parts: int = 1) -> Iterator[Any]:
    """The matches of a pattern, of each of which so many parts will be looked at. Raises one of GIVEN_UP where one
    takes too many steps, or all of them do."""
    allowed = _MOST_STEPS // (max(len(text), 1) * parts)
    for number, found in enumerate(compiled.finditer(text)):
        if number > allowed:
            raise TooManySteps("too many matches in a long text")
        yield found


class Strikes:
    """The patterns that were given up on a text since they reached PCRE's match limit, each with the number (from 1) of
    the last time."""

    def __init__(self) -> None:
        self.count = 0
        self._last: dict[str, int] = {}

    def note(self, pattern: str | None, error: Exception) -> None:
        """Take note of a pattern that raised `error` while it was matched."""
        if pattern is not None and isinstance(error, pcre2.LibraryError | TooManySteps):
            self.count += 1
            self._last[pattern] = self.count

    def since(self, count: int) -> list[str]:
        """The patterns that were given up after that many times."""
        return [pattern for pattern, last in self._last.items() if last > count]


STRIKES = Strikes()


@lru_cache(maxsize=512)
def _lenient(pattern: str) -> Any:
    """The compiled pattern, None for a pattern that is none: it comes from the data, and matches nothing."""
    try:
        return compile_pattern(pattern)
    except PatternError:
        return None


@udf("spl_match", "VARCHAR", "VARCHAR", returns="BOOLEAN")
def match(text: str | None, pattern: str | None) -> bool | None:
    """Whether the pattern is found anywhere in the text; null if either is."""
    if text is None or pattern is None:
        return None
    compiled = _lenient(pattern)
    if compiled is None:
        return False
    try:
        return compiled.search(text) is not None
    except GIVEN_UP as error:  # the match limit, as Splunk has one: no match
        STRIKES.note(pattern, error)
        return False


@udf("spl_replace", "VARCHAR", "VARCHAR", "VARCHAR", returns="VARCHAR")
def replace(text: str | None, pattern: str | None, replacement: str | None) -> str | None:
    """Every match replaced; `\\1` in the replacement is the first group. A pattern that is none changes nothing."""
    if text is None or pattern is None or replacement is None:
        return None
    compiled = _lenient(pattern)
    if compiled is None:
        return text
    return substitute(compiled, text, template(replacement))


@udf(
    "spl_named_pairs",
    *("VARCHAR", "VARCHAR", "INTEGER[]", "VARCHAR[]", "BOOLEAN", "BOOLEAN"),
    returns="MAP(VARCHAR, VARCHAR[])",
)
def named_pairs(
    text: str | None, pattern: str | None, names: list[int], values: list[str], clean: bool, keep_empty: bool
) -> dict[str, list[str]]:
    """The values under each name, of all matches in their order: `names` are groups of the match, `values` beside them
    too (`$2`) or texts. `clean` names: see `clean_key`. Empty values are none unless `keep_empty`."""
    fields: dict[str, list[str]] = {}
    if text is None or pattern is None:
        return fields
    groups = [(name, _group_number(value), value) for name, value in zip(names, values, strict=True)]
    try:
        for found in all_matches(compile_pattern(pattern), text):
            for group, number, fixed in groups:
                name = clean_key(found[group] or "") if clean else found[group]
                value = fixed if number is None else found[number]
                if name and (value or (keep_empty and value is not None)):
                    fields.setdefault(name, []).append(value)
    except GIVEN_UP as error:  # the match limit: what was found before it
        STRIKES.note(pattern, error)
    return fields


def _group_number(value: str) -> int | None:
    """The group that `$2` names; None for a text."""
    return int(value[1:]) if value[:1] == "$" and value[1:].isdecimal() else None


Template = tuple[str | int, ...]
_REFERENCE = re.compile(r"\\(\d{1,2})|\\g\{?(\d{1,2})\}?|\\(.)", re.DOTALL)


@lru_cache(maxsize=512)
def template(replacement: str) -> Template:
    """A replacement in parts: text, and numbers of groups (`\\1`); `\\\\` is a backslash, other escapes stay."""
    parts: list[str | int] = []
    at = 0
    for found in _REFERENCE.finditer(replacement):
        parts.append(replacement[at : found.start()])
        number = found[1] or found[2]
        if number:
            parts.append(int(number))
        else:
            parts.append("\\" if found[3] == "\\" else found[0])
        at = found.end()
    parts.append(replacement[at:])
    return tuple(part for part in parts if part != "")


def substitute(compiled: Any, text: str, parts: Template, limit: int = 0, skip: int = 0) -> str:
    """`text` with the matches of `compiled` replaced, at most `limit` (0 = all), the first `skip` left as they are."""
    out: list[str] = []
    at = done = size = 0
    try:
        for found in all_matches(compiled, text, len(parts) + 2):
            if skip:
                skip -= 1
                continue
            put = [_part(found, part, compiled.groups) for part in parts]
            size += sum(map(len, put))
            if size > MOST_CHARACTERS:
                raise Refused(f"a replacement makes a text of more than {MOST_CHARACTERS:,} characters")
            out.append(text[at : found.start()])
            out.extend(put)
            at = found.end()
            done += 1
            if done == limit:
                break
    except GIVEN_UP as error:
        STRIKES.note(getattr(compiled, "pattern", None), error)
        return text
    return "".join(out) + text[at:]


def _part(found: Any, part: str | int, groups: int) -> str:
    if isinstance(part, str):
        return part
    return (found[part] or "") if part <= groups else ""
