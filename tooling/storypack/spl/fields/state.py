"""What is known of the fields of a search's results between two stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from storypack.spl.fields.names import matches, matching
from storypack.spl.nodes import Command, MacroCall, Option, is_true, option_text

# Fields that every event has. Search Manual: "About fields", default and internal fields.
OF_EVENTS = frozenset(
    ["_time", "_raw", "_indextime", "host", "source", "sourcetype", "index", "linecount", "punct", "splunk_server"]
)
_NOTHING: Mapping[str, Command] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Fieldset:
    """Fields that may be there: `known` by name, and any that fit a pattern of `open` (`*` after a raw search).

    What is missing is remembered with the stage that took it away: names in `dropped`, patterns in `gone`, and
    `closed_by` is the stage behind which no unknown field was left."""

    known: frozenset[str] = frozenset()
    open: tuple[str, ...] = ()
    dropped: Mapping[str, Command] = field(default_factory=lambda: _NOTHING, repr=False)
    gone: tuple[tuple[str, Command], ...] = field(default=(), repr=False)
    closed_by: Command | None = field(default=None, repr=False)

    # --- asking

    @property
    def is_open(self) -> bool:
        """May there be fields that the search does not name?"""
        return bool(self.open)

    def has(self, name: str) -> bool:
        """May the results have this field?"""
        if name in self.known:
            return True
        if not any(matches(pattern, name) for pattern in self.open):
            return False
        return name not in self.dropped and not any(matches(pattern, name) for pattern, _ in self.gone)

    def why(self, name: str) -> Command | None:
        """The stage that took a missing field away; None when it was never there."""
        if name in self.dropped:
            return self.dropped[name]
        for pattern, command in self.gone:
            if matches(pattern, name):
                return command
        return self.closed_by

    def matching(self, pattern: str) -> list[str]:
        """The known names that fit."""
        return matching(pattern, self.known) if "*" in pattern else [pattern] * (pattern in self.known)

    # --- changing

    def plus(self, *names: str) -> Fieldset:
        """With more names; one with `*` opens the set for names that fit."""
        known = self.known.union(name for name in names if name and "*" not in name)
        patterns = dict.fromkeys(name for name in names if "*" in name and name not in self.open)
        return Fieldset(known, (*self.open, *patterns), self.dropped, self.gone, self.closed_by)

    def opened(self) -> Fieldset:
        """With any field at all: what was taken away may be there again."""
        return Fieldset(self.known, ("*",))

    def minus(self, patterns: Iterable[str], by: Command) -> Fieldset:
        """Without these names, or all that fit these patterns."""
        listed = list(patterns)
        lost = {name for pattern in listed for name in self.matching(pattern)}
        lost.update(pattern for pattern in listed if "*" not in pattern)
        stars = tuple((pattern, by) for pattern in listed if "*" in pattern)
        return replace(
            self,
            known=self.known - lost,
            dropped={**self.dropped, **dict.fromkeys(lost, by)},
            gone=(*stars, *self.gone),
        )

    def only(self, names: Iterable[str], by: Command, open: Iterable[str] = ()) -> Fieldset:
        """Nothing but these names, and what fits the patterns of `open` (or of `names`)."""
        listed = list(names)
        known = frozenset(name for name in listed if "*" not in name)
        patterns = (*(name for name in listed if "*" in name), *open)
        lost = {**self.dropped, **dict.fromkeys(self.known - known, by)}
        if patterns:  # a name that fits may be there again
            lost = {name: by for name, by in lost.items() if not any(matches(pattern, name) for pattern in patterns)}
        closed = by if self.is_open and self.closed_by is None else self.closed_by
        return Fieldset(known, tuple(dict.fromkeys(patterns)), lost, () if patterns else self.gone, closed)

    def kept(self, patterns: Iterable[str], by: Command) -> Fieldset:
        """Nothing but what these patterns name, which is there afterwards even if it was not before."""
        names: list[str] = []
        for pattern in patterns:
            if "*" not in pattern:
                names.append(pattern)
            else:
                names += self.matching(pattern)
                names += [pattern] if self.is_open else []
        return self.only(names, by)

    def union(self, other: Fieldset) -> Fieldset:
        """Results of both, one below the other."""
        missing = {name: by for name, by in self.dropped.items() if not other.has(name)}
        gone = tuple(pair for pair in self.gone if not other.is_open)
        return replace(
            self.plus(*other.open),
            known=self.known | other.known,
            dropped=missing,
            gone=gone,
        )


def appended(made: Fieldset, state: Fieldset, options: Iterable[Option | MacroCall]) -> Fieldset:
    """What a generating command makes; with append=true below what is there."""
    return state.union(made) if is_true(option_text(options, "append")) else made
