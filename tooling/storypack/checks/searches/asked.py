"""What a search was told of the world while it was checked: its result is as good as these answers.

`tracked` gives a world that answers like another and notes what it was asked for. As long as the same questions have
the same answers, the rules would find the same again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from storypack.checks.searches.world import World
from storypack.store import digest

V = TypeVar("V")


@dataclass(slots=True)
class Asked:
    """Names that were asked for. `names` = all names were looked through, as for `did you mean`."""

    macros: set[str] = field(default_factory=set)
    lookups: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    names: bool = False


class _Noted(Mapping[str, V], Generic[V]):
    """A mapping that notes the keys it is asked for."""

    def __init__(self, inner: Mapping[str, V], keys: set[str], asked: Asked) -> None:
        self._inner = inner
        self._keys = keys
        self._asked = asked

    def __getitem__(self, key: str) -> V:
        self._keys.add(key)
        return self._inner[key]

    def __contains__(self, key: object) -> bool:
        self._keys.add(str(key))
        return key in self._inner

    def __iter__(self) -> Iterator[str]:
        self._asked.names = True
        return iter(self._inner)

    def __len__(self) -> int:
        self._asked.names = True
        return len(self._inner)


def tracked(world: World) -> tuple[World, Asked]:
    """A world that answers like this one, and the list of what it is asked."""
    asked = Asked()
    macros = _Noted(world.macros, asked.macros, asked)
    lookups = _Noted(world.lookups, asked.lookups, asked)
    sources = _Noted(world.source_fields, asked.sources, asked)
    gaps = _Noted(world.source_gaps, asked.sources, asked)
    return World(macros, lookups, world.own_lookups, _Noted(world.files, asked.lookups, asked), sources, gaps), asked


@dataclass(frozen=True, eq=False)
class Answers:
    """Digests of what a world says, worked out when they are asked for."""

    world: World

    @cached_property
    def names(self) -> str:
        """The digest of all names, and of which lookups are the pack's own."""
        world = self.world
        return digest(*sorted(world.macros), "lookups", *sorted(world.lookups), "own", *sorted(world.own_lookups))

    @cached_property
    def _macros(self) -> dict[str, str | None]:
        return {}

    @cached_property
    def _lookups(self) -> dict[str, str | None]:
        return {}

    def macro(self, key: str) -> str | None:
        """The digest of a macro, None if there is none."""
        if key not in self._macros:
            found = self.world.macros.get(key)
            parts = (found.name, found.definition, str(found.iseval), *found.args) if found else ()
            self._macros[key] = digest(*parts) if found else None
        return self._macros[key]

    def lookup(self, name: str) -> str | None:
        """The digest of a lookup's columns, or of the lookup that a file belongs to; None if there is neither."""
        if name not in self._lookups:
            found = self.world.lookups.get(name)
            file = self.world.files.get(name)
            self._lookups[name] = digest("file", file) if found is None and file else None
            if found is not None:
                self._lookups[name] = digest(*found)
        return self._lookups[name]

    def source(self, name: str) -> str | None:
        """The digest of a data source's fields and gaps, None if there is no such source."""
        found = self.world.source_fields.get(name)
        gaps = [f"{gap.field} {gap.instead}" for gap in self.world.source_gaps.get(name, ())]
        return digest(*found, "gaps", *gaps) if found is not None else None

    def to(self, asked: Asked) -> dict[str, object]:
        """The answers to all that was asked, as plain data."""
        return {
            "macros": {key: self.macro(key) for key in sorted(asked.macros)},
            "lookups": {name: self.lookup(name) for name in sorted(asked.lookups)},
            "sources": {name: self.source(name) for name in sorted(asked.sources)},
            "names": self.names if asked.names else "",
        }

    def are_current(self, kept: Mapping[str, object]) -> bool:
        """Are these answers, from an earlier run, still right?"""
        macros, lookups, sources = kept.get("macros"), kept.get("lookups"), kept.get("sources")
        names = kept.get("names")
        if not (isinstance(macros, dict) and isinstance(lookups, dict) and isinstance(sources, dict)):
            return False
        return (
            all(self.macro(key) == answer for key, answer in macros.items())
            and all(self.lookup(name) == answer for name, answer in lookups.items())
            and all(self.source(name) == answer for name, answer in sources.items())
            and (names == "" or names == self.names)
        )
