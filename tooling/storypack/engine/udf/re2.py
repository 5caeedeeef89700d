"""Patterns that DuckDB's own engine (RE2) can do as PCRE does.

RE2 is some twenty times faster than a Python function for each row, but has no look-around and differs in places.
`translate` takes only patterns of which it can be sure that both engines find the same; `match_sql`, `groups_sql` and
`replace_sql` use it, and fall back to PCRE.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from storypack.engine.sql import quote
from storypack.engine.udf.regex import compile_pattern, template
from storypack.engine.udf.registry import MOST_CHARACTERS


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern for RE2. `certain` = every group takes part once in every match; `solid` = no match
    is empty, and none looks for a line's end, so that all matches in a text are the same in both engines."""

    pattern: str
    groups: int
    certain: bool
    solid: bool


@dataclass(slots=True)
class _Level:
    """What is known of the pattern, or of a group in it, so far. `captures` = it is a capturing group, `holds` = there
    is one in it."""

    captures: bool = False
    holds: bool = False
    choice: bool = False
    solid: bool = False


@dataclass(slots=True)
class _State:
    out: list[str] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=lambda: [_Level()])
    groups: int = 0
    certain: bool = True
    ends: bool = False
    last: str = ""
    """What may be repeated: an `atom`, or a `group` that captures or holds one that does; else nothing."""


_PUNCTUATION = set(".\\/|()[]{}^$*+?-:;,'\"=!@#%&<>~` ")
_ESCAPES = {"s": r"[\s\v]", "S": r"[^\s\v]", **{sign: "\\" + sign for sign in "dDwW"}}
_GROUP = re.compile(r"\(\?(?::|i\)|P?<[A-Za-z][A-Za-z0-9_]*>)")
_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?!\+)")
_MAYBE = re.compile(r"[*?]|\{0")
_END = re.compile(r"\)*(?:\||$)|\|")
_CLASS = re.compile(r"\[\^?(?:[^\]\[\\^-]|\\[dws]|\\[^0-9A-Za-z_])(?:[^\]\[\\]|\\[dws]|\\[^0-9A-Za-z_])*\]")


@lru_cache(maxsize=512)
def translate(pattern: str) -> Translation | None:
    """The pattern for RE2, if for every text both engines find the same first match; else None.

    Left out: look-around, back-references, atomic and possessive groups, comments, POSIX classes, inline options other
    than a leading `(?i)`, anything not ASCII. `\\s` means a vertical tab, too, and `$` a
    last newline, in PCRE alone: both are spelled out.
    """
    if not pattern.isascii() or not pattern.isprintable():
        return None
    state, at = _State(), 0
    while at < len(pattern):
        end = _quantify(pattern, at, state) if _QUANTIFIER.match(pattern, at) else _step(pattern, at, state)
        if end is None:
            return None
        at = end
    top = state.levels[0]
    if len(state.levels) > 1:
        return None
    certain = state.certain and not (top.choice and top.holds)
    return Translation("".join(state.out), state.groups, certain, top.solid and not top.choice and not state.ends)


def _quantify(pattern: str, at: int, state: _State) -> int | None:
    found = _QUANTIFIER.match(pattern, at)
    if found is None or not state.last:
        return None
    if state.last == "group":
        state.certain = False
    state.out.append(found[0])
    state.last = ""
    return found.end()


def _step(pattern: str, at: int, state: _State) -> int | None:
    """Translate the next piece; where it ends, None if it is not for RE2."""
    char, level = pattern[at], state.levels[-1]
    match char:
        case "(":
            return _open(pattern, at, state)
        case ")":
            return _close(pattern, at, state)
        case "|":
            level.choice = True
            return _put("|", at + 1, state)
        case "^":
            return _put("^", at + 1, state)
        case "$":
            state.ends = True
            return _put(r"(?:\n?\z)", at + 1, state) if _END.match(pattern, at + 1) else None
        case "\\" if pattern[at + 1 : at + 2] == "b":
            return _put(r"\b", at + 2, state)
    atom = _atom(pattern, at)
    if atom is None:
        return None
    piece, end = atom
    if not _MAYBE.match(pattern, end):
        level.solid = True
    return _put(piece, end, state, "atom")


def _put(piece: str, end: int, state: _State, kind: str = "") -> int:
    state.out.append(piece)
    state.last = kind
    return end


def _atom(pattern: str, at: int) -> tuple[str, int] | None:
    """A character, an escape or a class, and where it ends."""
    char = pattern[at]
    if char == "\\":
        escaped = pattern[at + 1 : at + 2]
        if escaped in _ESCAPES:
            return _ESCAPES[escaped], at + 2
        return (pattern[at : at + 2], at + 2) if escaped in _PUNCTUATION else None
    if char == "[":
        found = _CLASS.match(pattern, at)
        if found is None or (re.search(r"\\[dws]", found[0]) and re.search(r"[^\\\[]-[^\]]", found[0])):
            return None
        return re.sub(r"(\\.)", lambda one: r"\s\v" if one[0] == r"\s" else one[0], found[0]), found.end()
    return (char, at + 1) if char not in "{}]*+?" else None


def _open(pattern: str, at: int, state: _State) -> int | None:
    end, piece, captures = at + 1, "(", True
    if pattern[end : end + 1] in ("?", "*"):
        group = _GROUP.match(pattern, at)
        if group is None:
            return None
        end = group.end()
        if group[0] == "(?i)":
            return _put("(?i)", end, state) if at == 0 else None
        if group[0] == "(?:":
            piece, captures = "(?:", False
    state.groups += captures
    state.levels.append(_Level(captures=captures))
    return _put(piece, end, state)


def _close(pattern: str, at: int, state: _State) -> int | None:
    if len(state.levels) == 1:
        return None
    level = state.levels.pop()
    if level.choice and level.holds:
        state.certain = False
    outer = state.levels[-1]
    capturing = level.captures or level.holds
    outer.holds = outer.holds or capturing
    if level.solid and not level.choice and not _MAYBE.match(pattern, at + 1):
        outer.solid = True
    return _put(")", at + 1, state, "group" if capturing else "atom")


# --- SQL ------------------------------------------------------------------------------------------------------------


def match_sql(text: str, pattern: str) -> str:
    """SQL of whether a constant pattern is found in the SQL `text`. Raises PatternError."""
    compile_pattern(pattern)
    translated = translate(pattern)
    if translated is None:
        return f"spl_match({text}, {quote(pattern)})"
    return f"regexp_matches({text}, {quote(translated.pattern)})"


def groups_sql(text: str, pattern: str) -> str:
    """SQL (VARCHAR[]) of all groups of the first match, null for one that took no part; null without a match. Raises
    PatternError."""
    compile_pattern(pattern)
    found = translate(pattern)
    if found is None or not found.certain or not 0 < found.groups < 10:
        return f"spl_groups({text}, {quote(pattern)})"
    names = [f"g{number}" for number in range(1, found.groups + 1)]
    groups = f"regexp_extract({text}, {quote(found.pattern)}, [{', '.join(map(quote, names))}])"
    listed = ", ".join(f"struct_extract({groups}, {quote(name)})" for name in names)
    return f"CASE WHEN regexp_matches({text}, {quote(found.pattern)}) THEN [{listed}] END"


def replace_sql(text: str, pattern: str, replacement: str) -> str:
    """SQL of every match replaced. Raises PatternError."""
    compile_pattern(pattern)
    found = translate(pattern)
    parts = template(replacement)
    numbers = [part for part in parts if isinstance(part, int)]
    if found is None or not found.solid or (numbers and not (found.certain and max(numbers) <= min(found.groups, 9))):
        return f"spl_replace({text}, {quote(pattern)}, {quote(replacement)})"
    rewritten = "".join(f"\\{part}" if isinstance(part, int) else part.replace("\\", "\\\\") for part in parts)
    replaced = f"regexp_replace({text}, {quote(found.pattern)}, {quote(rewritten)}, 'g')"
    growth = sum(1 if isinstance(part, int) else len(part) for part in parts)
    if growth < 2:
        return replaced
    most = 16 * MOST_CHARACTERS // growth  # a text without a match in every character may be longer than what comes out
    return f"CASE WHEN length({text}) > {most} THEN spl_too_long(length({text}) * {growth}) ELSE {replaced} END"
