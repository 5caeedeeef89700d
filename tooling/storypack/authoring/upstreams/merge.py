"""Three states of one value made one: as upstream had it (base), as it is here (ours), as upstream has it now (theirs).

What only one side changed is taken from that side, key by key and item by item; what both changed, and not alike, is a
conflict. A text is one value: of a search that both sides changed no machine knows what it should do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

from storypack.authoring.migrating.writer import same
from storypack.pack.source import KeyPath

Side = Literal["ours", "theirs"]


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT
"""What is not there."""

_ITEM_KEYS = ("id", "name", "field", "data", "rule", "app", "data_source", "title")
"""Keys by which the items of a list are told apart: the first that each item has, and no two alike."""
_POSITIONAL = frozenset({"arguments"})
"""Lists in which the place of an item says what it is."""
_LATEST = frozenset({"version", "modification_date", "date"})
"""Stamps, of which the later one counts."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that both sides changed, or ABSENT. `place` names it: `tests[Fires].expected_results`; empty = a file."""

    place: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged value, with ours where there is a conflict. `moved` says where in ours the items of lists stood: new
    path, old path, which is None for an item that ours does not have. `taken` are the places that came from theirs."""

    value: Any
    conflicts: tuple[Conflict, ...]
    moved: tuple[tuple[KeyPath, KeyPath | None], ...]
    taken: tuple[str, ...]


def merge(base: Any, ours: Any, theirs: Any, decide: Callable[[str], Side | None] = lambda _: None) -> Merged:
    """Merge three states. `decide` says of the place of a conflict which side counts; None = nobody has decided."""
    merger = _Merger(decide)
    value = merger.merge(_At((), (), ""), base, ours, theirs)
    return Merged(value, tuple(merger.conflicts), tuple(merger.moved), tuple(merger.taken))


@dataclass(frozen=True, slots=True)
class _At:
    """Where a value will be, where it is in ours (None = nowhere), and what people call it."""

    path: KeyPath
    ours: KeyPath | None
    place: str

    def key(self, name: str) -> _At:
        ours = None if self.ours is None else (*self.ours, name)
        return _At((*self.path, name), ours, f"{self.place}.{name}" if self.place else name)

    def item(self, index: int, old: int | None, label: str) -> _At:
        ours = None if self.ours is None or old is None else (*self.ours, old)
        return _At((*self.path, index), ours, f"{self.place}[{label}]")


@dataclass
class _Merger:
    decide: Callable[[str], Side | None]
    conflicts: list[Conflict] = field(default_factory=list)
    moved: list[tuple[KeyPath, KeyPath | None]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def merge(self, at: _At, base: Any, ours: Any, theirs: Any) -> Any:
        if same(ours, theirs) or same(base, theirs):
            return ours
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return self._objects(at, base if isinstance(base, dict) else {}, ours, theirs)
        if isinstance(ours, list) and isinstance(theirs, list) and isinstance(base, list):
            lists = _Lists.of(at.path, base, ours, theirs)
            if lists is not None:
                return self._lists(at, lists)
        if same(base, ours):
            self.taken.append(at.place)
            return theirs
        if at.place in _LATEST and type(ours) is type(theirs) and isinstance(ours, int | str):
            if theirs > ours:
                self.taken.append(at.place)
            return max(ours, theirs)
        return self._conflict(at, base, ours, theirs)

    def _conflict(self, at: _At, base: Any, ours: Any, theirs: Any) -> Any:
        match self.decide(at.place):
            case "ours":
                return ours
            case "theirs":
                self.taken.append(at.place)
                return theirs
        self.conflicts.append(Conflict(at.place, base, ours, theirs))
        return ours

    def _objects(self, at: _At, base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Any:
        merged = {}
        for key in dict.fromkeys((*ours, *theirs)):
            states = (side.get(key, ABSENT) for side in (base, ours, theirs))
            value = self.merge(at.key(key), *states)
            if value is not ABSENT:
                merged[key] = value
        return merged

    def _lists(self, at: _At, lists: _Lists) -> Any:
        """The items in their order. Each is merged where it will stand; one that goes away is merged first."""
        base, ours, theirs = (lists.items(side) for side in (lists.base, lists.ours, lists.theirs))
        places = {key: index for index, (key, _) in enumerate(lists.ours)}
        merged: list[Any] = []
        for key in lists.order:
            where = at.item(len(merged), places.get(key), lists.labels[key])
            value = self.merge(where, *(side.get(key, ABSENT) for side in (base, ours, theirs)))
            if value is not ABSENT:
                self.moved.append((where.path, where.ours))
                merged.append(value)
        return merged


Keyed = Sequence[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class _Lists:
    """Three lists whose items have keys; `order` has those of all of them, in the order in which they will stand."""

    base: Keyed
    ours: Keyed
    theirs: Keyed
    order: Sequence[str]
    labels: Mapping[str, str]

    @classmethod
    def of(cls, path: KeyPath, *sides: list[Any]) -> _Lists | None:
        """The lists, if their items can be told apart and one of them has them in the old order."""
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if name in _POSITIONAL or (key := _key_of([item for side in sides for item in side], sides)) is None:
            return None
        base, ours, theirs = ([(key(item), item) for item in side] for side in sides)
        keys = [[each for each, _ in side] for side in (base, ours, theirs)]
        order = _order(*keys)
        if order is None:
            return None
        return cls(base, ours, theirs, order, {each: each[1:] for side in keys for each in side})

    @staticmethod
    def items(side: Keyed) -> dict[str, Any]:
        return dict(side)


def _key_of(items: list[Any], sides: Sequence[list[Any]]) -> Callable[[Any], str] | None:
    """What tells the items of the lists apart: a text, of which the first letter says the type of a scalar."""
    if all(isinstance(item, str | int | float | bool) for item in items):
        functions: list[Callable[[Any], str]] = [lambda item: f"{type(item).__name__[0]}{item}"]
    elif all(isinstance(item, dict) for item in items):
        functions = [
            lambda item, key=key: f"k{item[key]}"  # type: ignore[misc]
            for key in _ITEM_KEYS
            if all(isinstance(item.get(key), str) for item in items)
        ]
    else:
        return None
    for function in functions:
        if all(len({function(item) for item in side}) == len(side) for side in sides):
            return function
    return None


def _order(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Sequence[str] | None:
    """All keys in one order: that of the side that changed it, what only the other has behind what it stands behind
    there. None if both changed it, and not alike."""
    if _common(ours, base) == _common(base, ours):
        return _with(theirs, _with(ours, base))
    if _common(theirs, base) == _common(base, theirs) or _common(ours, theirs) == _common(theirs, ours):
        return _with(ours, _with(theirs, base))
    return None


def _common(keys: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [key for key in keys if key in known]


def _with(keys: Sequence[str], others: Sequence[str]) -> list[str]:
    """The keys, and those of the others that they lack, each behind the one that it stands behind there."""
    known = set(keys)
    behind = {before: key for before, key in zip((None, *others), others, strict=False) if key not in known}
    order = []
    for key in (None, *keys):
        if key is not None:
            order.append(key)
        while (key := behind.get(key)) is not None:
            order.append(key)
    return order
