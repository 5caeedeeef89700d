"""What the commands do with regular expressions: named groups, tokens, sed (Search Reference: rex, makemv)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from storypack.engine.errors import SearchError
from storypack.engine.sql import quote
from storypack.engine.udf.regex import (
    GIVEN_UP,
    STRIKES,
    PatternError,
    all_matches,
    compile_pattern,
    substitute,
    template,
)
from storypack.engine.udf.registry import udf


def checked(pattern: str) -> Any:
    """The compiled pattern; SearchError where it is none."""
    try:
        return compile_pattern(pattern)
    except PatternError as error:
        raise SearchError(str(error)) from error


def pattern_constant(pattern: str) -> str:
    """The SQL literal of a pattern that was checked."""
    checked(pattern)
    return quote(pattern)


def group_names(pattern: str) -> dict[str, int]:
    """The named groups of a pattern and their numbers."""
    return dict(checked(pattern).groupindex)


@udf("spl_tokens", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def tokens(text: str | None, pattern: str | None) -> list[str] | None:
    """The first group (or the whole) of every match."""
    if text is None or pattern is None:
        return None
    compiled = compile_pattern(pattern)
    group = 1 if compiled.groups else 0
    try:
        return [found[group] or "" for found in all_matches(compiled, text)]
    except GIVEN_UP as error:
        STRIKES.note(pattern, error)
        return []


@udf("spl_groups", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def groups(text: str | None, pattern: str | None) -> list[str | None] | None:
    """All groups of the first match, null for one that took no part; null where nothing matches."""
    if text is None or pattern is None:
        return None
    try:
        found = compile_pattern(pattern).search(text)
    except GIVEN_UP as error:
        STRIKES.note(pattern, error)
        return None
    return list(found.groups()) if found else None


@udf("spl_all_groups", "VARCHAR", "VARCHAR", "BIGINT", returns="VARCHAR[][]")
def all_groups(text: str | None, pattern: str | None, limit: int | None) -> list[list[str | None]] | None:
    """The groups of up to `limit` matches (0 = all)."""
    if text is None or pattern is None:
        return None
    rows = []
    try:
        compiled = compile_pattern(pattern)
        for found in all_matches(compiled, text, max(compiled.groups, 1)):
            rows.append(list(found.groups()))
            if len(rows) == limit:
                break
    except GIVEN_UP as error:
        STRIKES.note(pattern, error)
        return None
    return rows or None


@udf("spl_offsets", "VARCHAR", "VARCHAR", returns="VARCHAR")
def offsets(text: str | None, pattern: str | None) -> str | None:
    """Where the named groups of the first match lie: `a=0-3&b=5-9`, ends included."""
    if text is None or pattern is None:
        return None
    compiled = compile_pattern(pattern)
    try:
        found = compiled.search(text)
    except GIVEN_UP as error:
        STRIKES.note(pattern, error)
        return None
    if found is None:
        return None
    named = sorted(compiled.groupindex.items(), key=lambda item: item[1])
    return "&".join(f"{name}={found.start(at)}-{found.end(at) - 1}" for name, at in named if found.start(at) >= 0)


@lru_cache(maxsize=256)
def sed(expression: str) -> tuple[str, ...]:
    """A sed expression taken apart: `("s", pattern, replacement, flags)` or `("y", from, to)`. SearchError."""
    kind, mark = expression[:1], expression[1:2]
    if kind not in ("s", "y") or not mark or mark.isalnum():
        raise SearchError(f"`{expression}` is no sed expression: write s/<pattern>/<replacement>/<flags>")
    parts, piece, escaped = [], "", False
    for char in expression[2:]:
        if escaped:
            piece += char if char == mark else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == mark:
            parts.append(piece)
            piece = ""
        else:
            piece += char
    if len(parts) != 2:
        raise SearchError(f"`{expression}` is no sed expression: write s/<pattern>/<replacement>/<flags>")
    if kind == "y":
        if len(parts[0]) != len(parts[1]):
            raise SearchError(f"`{expression}`: both lists of characters must be of one length")
        return ("y", *parts)
    if piece.strip() and not all(flag in "gi" or flag.isdigit() for flag in piece.strip()):
        raise SearchError(f"`{expression}`: unknown flags `{piece}`")
    checked(parts[0])
    return ("s", parts[0], parts[1], piece.strip())


@udf("spl_sed", "VARCHAR", "VARCHAR", returns="VARCHAR")
def apply_sed(text: str | None, expression: str | None) -> str | None:
    """The text after a sed expression."""
    if text is None or expression is None:
        return None
    parts = sed(expression)
    if parts[0] == "y":
        return text.translate(str.maketrans(parts[1], parts[2]))
    _, pattern, replacement, flags = parts
    compiled = compile_pattern(f"(?i){pattern}" if "i" in flags else pattern)
    number = int("".join(flag for flag in flags if flag.isdigit()) or "0")
    limit = 0 if "g" in flags else 1
    return substitute(compiled, text, template(replacement), limit=limit, skip=max(number - 1, 0))
