"""Regular expressions as Splunk has them: PCRE, compiled once.

Search Manual: "About Splunk regular expressions". DuckDB's own engine (RE2) is some twenty times faster than a Python
function for each row, but has no look-around and differs in places; `re2` translates those patterns of which it can be
sure that both engines agree whether a text matches.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pcre2

from storypack.engine.sql import quote
from storypack.engine.udf.registry import udf


class PatternError(ValueError):
    """The pattern is no regular expression; the message names it and says why."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern (`search`, `finditer` as in `re`). Classes like `\\w` are ASCII, as in Splunk.

    Raises PatternError.
    """
    try:
        return pcre2.compile(pattern, pcre2.ASCII)
    except (pcre2.PatternError, UnicodeEncodeError) as error:
        raise PatternError(f"the regular expression {pattern!r} is not valid: {error}") from error


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
    except (pcre2.LibraryError, UnicodeEncodeError):  # the match limit, as Splunk has one: no match
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
    at = done = 0
    try:
        for found in compiled.finditer(text):
            if skip:
                skip -= 1
                continue
            out.append(text[at : found.start()])
            out.extend(_part(found, part, compiled.groups) for part in parts)
            at = found.end()
            done += 1
            if done == limit:
                break
    except (pcre2.LibraryError, UnicodeEncodeError):
        return text
    return "".join(out) + text[at:]


def _part(found: Any, part: str | int, groups: int) -> str:
    if isinstance(part, str):
        return part
    return (found[part] or "") if part <= groups else ""


# --- what RE2 decides alike -----------------------------------------------------------------------------------------

_PUNCTUATION = set(".\\/|()[]{}^$*+?-:;,'\"=!@#%&<>~` ")
_SHORTHANDS = set("dDwW")
_GROUP = re.compile(r"\(\?(?::|i\)|P?<[A-Za-z][A-Za-z0-9_]*>)")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})(?P<lazy>\?)?(?!\+)")
_END = re.compile(r"\)*(?:\||$)|\|")
_CLASS = re.compile(r"\[\^?(?:[^\]\[\\^-]|\\[dw]|\\[^0-9A-Za-z_])(?:[^\]\[\\]|\\[dw]|\\[^0-9A-Za-z_])*\]")


@lru_cache(maxsize=512)
def re2(pattern: str) -> str | None:
    """The same pattern for RE2, if for every text both engines agree whether it matches; else None.

    Left out: look-around, back-references, atomic and possessive groups, comments, POSIX classes, `\\s` (PCRE counts
    the vertical tab), inline options other than a leading `(?i)`, anything not ASCII. `$` before a last newline
    matches in PCRE alone and is spelled out.
    """
    if not pattern.isascii() or not pattern.isprintable():
        return None
    out: list[str] = []
    at, repeatable = 0, False
    while at < len(pattern):
        quantifier = _QUANTIFIER.match(pattern, at)
        if quantifier:
            if not repeatable:
                return None
            piece, end, repeatable = quantifier[0], quantifier.end(), False
        else:
            step = _step(pattern, at)
            if step is None:
                return None
            piece, end, repeatable = step
        out.append(piece)
        at = end
    return "".join(out)


def _step(pattern: str, at: int) -> tuple[str, int, bool] | None:
    """The next piece: its text for RE2, where it ends, and whether it may be repeated."""
    char = pattern[at]
    match char:
        case "\\":
            escaped = pattern[at + 1 : at + 2]
            if escaped == "b":
                return r"\b", at + 2, False
            return (pattern[at : at + 2], at + 2, True) if escaped in _PUNCTUATION | _SHORTHANDS else None
        case "[":
            found = _CLASS.match(pattern, at)
            if found is None or ((r"\d" in found[0] or r"\w" in found[0]) and re.search(r"[^\\\[]-[^\]]", found[0])):
                return None
            return found[0], found.end(), True
        case "(" if pattern[at + 1 : at + 2] in ("?", "*"):
            group = _GROUP.match(pattern, at)
            if group is None or (group[0] == "(?i)" and at > 0):
                return None
            return (group[0] if group[0] in ("(?:", "(?i)") else "("), group.end(), False
        case "$":
            return (r"(?:\n?\z)", at + 1, False) if _END.match(pattern, at + 1) else None
        case "(" | "|" | "^":
            return char, at + 1, False
        case "{" | "}" | "]" | "*" | "+" | "?":
            return None
        case _:
            return char, at + 1, True


def match_sql(text: str, pattern: str) -> str:
    """SQL of whether a constant pattern is found in the SQL `text`, by RE2 where it can. Raises PatternError."""
    compile_pattern(pattern)
    translated = re2(pattern)
    if translated is None:
        return f"spl_match({text}, {quote(pattern)})"
    return f"regexp_matches({text}, {quote(translated)})"
