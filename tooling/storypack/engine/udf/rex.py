"""Groups of regular expressions (Search Reference: rex), and its sed mode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pcre2

from storypack.engine.udf.regex import PatternError, Template, compile_pattern, substitute, template
from storypack.engine.udf.registry import udf


def group_names(pattern: str) -> list[str]:
    """The names of a pattern's groups in order, as `spl_rex` gives their values. Raises PatternError."""
    groups: dict[str, int] = compile_pattern(pattern).groupindex
    return sorted(groups, key=lambda name: groups[name])


@lru_cache(maxsize=512)
def _numbers(pattern: str) -> tuple[int, ...]:
    return tuple(sorted(compile_pattern(pattern).groupindex.values()))


@udf("spl_rex", "VARCHAR", "VARCHAR", returns="VARCHAR[]")
def rex(text: str | None, pattern: str) -> list[str | None] | None:
    """The values of the named groups at the first match, in the order of `group_names`; null without a match."""
    if text is None:
        return None
    try:
        found = compile_pattern(pattern).search(text)
        return [found[number] for number in _numbers(pattern)] if found else None
    except (PatternError, pcre2.LibraryError, UnicodeEncodeError):
        return None


@udf("spl_rex_all", "VARCHAR", "VARCHAR", "BIGINT", returns="VARCHAR[][]")
def rex_all(text: str | None, pattern: str, limit: int) -> list[list[str] | None] | None:
    """For each named group its values at the matches (`limit` at most, 0 = all); null without a match."""
    if text is None:
        return None
    try:
        numbers = _numbers(pattern)
        values: list[list[str]] = [[] for _ in numbers]
        for count, found in enumerate(compile_pattern(pattern).finditer(text), start=1):
            for index, number in enumerate(numbers):
                if found[number] is not None:
                    values[index].append(found[number])
            if count == limit:
                break
    except (PatternError, pcre2.LibraryError, UnicodeEncodeError):
        return None
    return [found or None for found in values] if any(values) else None


@udf("spl_rex_offsets", "VARCHAR", "VARCHAR", returns="VARCHAR")
def rex_offsets(text: str | None, pattern: str) -> str | None:
    """Where the named groups stand at the first match: `name=first-last&...`, from 0; null without a match."""
    if text is None:
        return None
    try:
        compiled = compile_pattern(pattern)
        found = compiled.search(text)
    except (PatternError, pcre2.LibraryError, UnicodeEncodeError):
        return None
    if not found:
        return None
    places = [
        f"{name}={found.start(name)}-{found.end(name) - 1}" for name in group_names(pattern) if found[name] is not None
    ]
    return "&".join(places) or None


# --- sed ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sed:
    """`s/regex/replacement/flags` or `y/from/to/`. `limit` 0 = all matches; the first `skip` ones are left."""

    pattern: str = ""
    parts: Template = ()
    limit: int = 0
    skip: int = 0
    table: tuple[tuple[int, str], ...] = ()


@lru_cache(maxsize=256)
def parse_sed(expression: str) -> Sed:
    """Read a sed expression. Raises PatternError."""
    text = expression.strip()
    kind = text[:1]
    if kind not in ("s", "y") or len(text) < 4:
        raise PatternError(f"the sed expression {expression!r} is neither s/regex/replacement/flags nor y/from/to/")
    delimiter = text[1]
    parts = _split(text[2:], delimiter)
    if len(parts) != 3:
        raise PatternError(f"the sed expression {expression!r} needs its delimiter {delimiter} three times")
    if kind == "y":
        if len(parts[0]) != len(parts[1]):
            raise PatternError(f"the sed expression {expression!r}: both lists must have the same length")
        return Sed(table=tuple((ord(a), b) for a, b in zip(parts[0], parts[1], strict=True)))
    flags = parts[2].strip()
    if flags.strip("gi0123456789"):
        raise PatternError(f"the sed expression {expression!r}: flags are g, i or a number, not {flags!r}")
    digits = "".join(sign for sign in flags if sign.isdigit())
    pattern = f"(?i){parts[0]}" if "i" in flags else parts[0]
    compile_pattern(pattern)
    which = int(digits or 1)
    return Sed(pattern, template(parts[1]), 0 if "g" in flags else 1, max(which - 1, 0))


def _split(text: str, delimiter: str) -> list[str]:
    """The parts between delimiters; one behind a backslash is itself."""
    parts, at = [""], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            escaped = text[at + 1]
            parts[-1] += escaped if escaped == delimiter else "\\" + escaped
            at += 2
            continue
        if text[at] == delimiter and len(parts) < 3:
            parts.append("")
        else:
            parts[-1] += text[at]
        at += 1
    return parts


@udf("spl_sed", "VARCHAR", "VARCHAR", returns="VARCHAR")
def sed(text: str | None, expression: str) -> str | None:
    """The text changed by a sed expression."""
    if text is None:
        return None
    try:
        parsed = parse_sed(expression)
        if parsed.table:
            return text.translate(dict(parsed.table))
        return substitute(compile_pattern(parsed.pattern), text, parsed.parts, parsed.limit, parsed.skip)
    except PatternError:
        return text
