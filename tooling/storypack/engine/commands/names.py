"""Field names with wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(re.escape(piece) for piece in pattern.split("*")), re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Whether a field's name fits a name that may hold `*`."""
    return pattern == name or ("*" in pattern and _regex(pattern).fullmatch(name) is not None)


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that fit; internal ones (`_...`) only where the pattern begins like them."""
    if "*" not in pattern:
        return [name for name in names if name == pattern]
    internal = pattern.startswith("_")
    return [name for name in names if name.startswith("_") == internal and matches(pattern, name)]


def star_name(pattern: str, target: str, name: str) -> str:
    """What `target` (with as many stars as `pattern`, or one) becomes for a name that fits `pattern`."""
    found = _regex(pattern).fullmatch(name)
    assert found is not None
    pieces = target.split("*")
    text = pieces[0]
    for at, piece in enumerate(pieces[1:]):
        text += (found[at + 1] if at < len(found.groups()) else "") + piece
    return text


def segments(pattern: str, name: str) -> list[str]:
    """What the stars of a pattern stand for in a name."""
    found = _regex(pattern).fullmatch(name)
    return list(found.groups()) if found else []


def replace_all(text: str, values: Mapping[str, str]) -> str:
    """The text with each of the tokens replaced; what a value puts in is not looked at again."""
    tokens = re.compile(
        "|".join(re.escape(token) for token in sorted(values, key=len, reverse=True) if token) or r"(?!)"
    )
    return tokens.sub(lambda found: values[found[0]], text)
