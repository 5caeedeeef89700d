"""Names with wildcards, and what lies outside a search: the columns of lookups, the fields of datasets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

# Stands for a star in the name of a column, which is no wildcard there: `sum(eval(a*2))`.
STAR = "∗"

_NO_LOOKUPS: Mapping[str, Sequence[str]] = {}


def _no_dataset(path: str) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What a search reads from. `lookups`: columns by the lookup's name; `dataset`: the fields of a data model's
    dataset as tstats knows them (`Processes.user`). No columns = not known."""

    lookups: Mapping[str, Sequence[str]] = field(default_factory=lambda: _NO_LOOKUPS)
    dataset: Callable[[str], Sequence[str]] = _no_dataset


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Does a name fit a pattern with `*`? One without fits itself only."""
    return name == pattern if "*" not in pattern else _pattern(pattern).fullmatch(name) is not None


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """The names that fit, sorted. A leading `_` is only met by a pattern that has one, as everywhere in SPL."""
    return sorted(n for n in names if matches(pattern, n) and (pattern.startswith("_") or not n.startswith("_")))


def renamed(name: str, old: str, new: str) -> str:
    """What `rename old as new` makes of a name that fits `old`: each star of `new` is what the same star of `old` met.

    >>> renamed("Processes.user", "Processes.*", "*")
    'user'
    """
    if "*" not in new:
        return new
    match = _pattern(old).fullmatch(name)
    parts = list(match.groups()) if match else []
    pieces = new.split("*")
    return pieces[0] + "".join((parts.pop(0) if parts else "") + piece for piece in pieces[1:])
