"""An object of the current format as text, with the text of the file that it was read from where a value is the same.

Keys stand where their values stood, values are copied with their quotes, folds and comments, and only what is new or
otherwise is written anew. No comment is lost: one whose value went away stands before what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from yaml.nodes import SequenceNode

from storypack.authoring.migrating.layout import Layout, Place
from storypack.authoring.migrating.plain import flow, item_lines, key_lines, scalar
from storypack.pack.source import KeyPath

Rank = tuple[int, str]
_STEP = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not what it was. `before` is where it stood; None = it is new."""

    path: KeyPath
    before: KeyPath | None
    value: Any


@dataclass
class Writer:
    """Writes `data`. `moved` says where its values come from: new path, old path. `order` says where a new key stands,
    `fresh` which keys are written anew though their values stood in the file, `taken` has lines of keys at the top that
    another file says as they shall be, with the comments of this file in them.

    `changes` and `used` (paths of the file whose values went into the text) are known once it is written."""

    layout: Layout
    data: Mapping[str, Any]
    moved: Sequence[tuple[KeyPath, KeyPath]]
    order: Sequence[str]
    fresh: frozenset[str] = frozenset()
    taken: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    used: set[KeyPath] = field(default_factory=set)
    _comments: set[int] = field(default_factory=set)
    _leads: set[int] = field(default_factory=set)

    def text(self) -> str:
        """The whole file."""
        layout = self.layout
        tops = [place for path, place in layout.places.items() if len(path) == 1]
        foot = min(layout.line_end(layout.chunk_end(tops[-1])) + 1, len(layout.text))
        bounds = [*(layout.lead(place) for place in tops), foot]
        written: dict[int, list[str]] = {}
        for key, region in self._keys([place.start for place in tops]):
            written.setdefault(region, []).extend(self._entry(key, self.data[key], (key,), 0))
        lines: list[str] = []
        homeless: list[str] = []
        for region, (start, stop) in enumerate(pairwise(bounds)):
            homeless += [
                each.text for each in layout.comments if start <= each.start < stop and self._is_free(each.start)
            ]
            if region in written:
                lines += [*homeless, *written[region]]
                homeless = []
        return layout.text[: bounds[0]] + "".join(f"{line}\n" for line in [*lines, *homeless]) + layout.text[foot:]

    def left_out(self) -> list[KeyPath]:
        """The keys of the file of which nothing is in the text, the highest of each."""
        gone: list[KeyPath] = []
        for path in self.layout.places:
            if any(path[: len(other)] == other for other in (*self.used, *gone)):
                continue
            if not any(other[: len(path)] == path for other in self.used):
                gone.append(path)
        return gone

    # --- order

    def _keys(self, starts: Sequence[int]) -> list[tuple[str, int]]:
        """The keys in the order in which they are written, each with the number of the old key where it stands."""
        placed = [(at, key) for key, value in self.data.items() if (at := self._first((key,), value)) is not None]
        placed.sort(key=lambda pair: pair[0])  # stable: two of one place stay in the order of the data
        keys = [(key, sum(start <= at for start in starts) - 1) for at, key in placed]
        for key in sorted(self.data.keys() - {key for key, _ in keys}, key=self._rank):
            at = self._fitting([self._rank(other) for other, _ in keys], self._rank(key))
            keys.insert(at, (key, keys[at - 1][1] if at else 0))
        return keys

    @staticmethod
    def _fitting(ranks: Sequence[Rank], rank: Rank) -> int:
        """Where among these the fewest are on the wrong side."""
        wrong = [
            sum(each > rank for each in ranks[:at]) + sum(each < rank for each in ranks[at:])
            for at in range(len(ranks) + 1)
        ]
        return wrong.index(min(wrong))

    def _rank(self, key: str) -> Rank:
        return (self.order.index(key) if key in self.order else len(self.order), key)

    def _first(self, path: KeyPath, value: Any) -> int | None:
        """The first place in the file from which something of a value comes; None = all of it is new."""
        place = self._place(path)
        if place is not None:
            return place.start
        starts = (self._first((*path, part), item) for part, item in _items(value))
        return min((start for start in starts if start is not None), default=None)

    def _place(self, path: KeyPath) -> Place | None:
        for new, old in sorted(self.moved, key=lambda pair: -len(pair[0])):
            if path[: len(new)] == new:
                return self.layout.places.get(old + path[len(new) :])
        return self.layout.places.get(path)

    # --- entries of objects and items of lists

    def _entry(self, key: str, value: Any, path: KeyPath, column: int) -> list[str]:
        place = self._place(path)
        lead = self._lead(place, column)
        if len(path) == 1 and key in self.taken:
            if place is not None:
                self._take(place)
            return [*lead, *self.taken[key]]
        if path[0] in self.fresh:
            self.used |= {place.path} if place else set()
            return [*lead, *key_lines(key, value, column)]
        if place is not None and same(self.layout.value(place.path), value):
            return [*lead, *self._copied_entry(key, place, column)]
        if not self._has_parts(path, value):
            self._changed(path, place, value)
            return [*lead, *key_lines(key, value, column)]
        head = f"{' ' * column}{scalar(key)}:{self._behind(place)}"
        if isinstance(value, dict):
            return [*lead, head, *self._entries(value, path, column + _STEP)]
        if place is not None and place.is_block and isinstance(place.node, SequenceNode) and place.key is not None:
            column += self.layout.places[(*place.path, 0)].column - place.column
        items = (self._item(item, (*path, index), column) for index, item in enumerate(value))
        return [*lead, head, *(line for item in items for line in item)]

    def _entries(self, value: Mapping[str, Any], path: KeyPath, column: int) -> list[str]:
        """The entries of an object, in the order of the data: of some, such as an alert action's, the app keeps it."""
        return [line for key, item in value.items() for line in self._entry(key, item, (*path, key), column)]

    def _item(self, value: Any, path: KeyPath, column: int) -> list[str]:
        place = self._place(path)
        lead = self._lead(place, column)
        if place is not None and same(self.layout.value(place.path), value):
            return [*lead, *self._copied_item(place, column)]
        if not isinstance(value, dict) or not self._has_parts(path, value):
            self._changed(path, place, value)
            return [*lead, *item_lines(value, column)]
        lines = self._entries(value, path, column + _STEP)
        if place is not None and place.is_flow and (line := flow(value, column)) and "#" not in "".join(lines):
            return [*lead, line]
        while lines[0].strip().startswith("#") or not lines[0].strip():
            lead.append(lines.pop(0))
        return [*lead, f"{' ' * column}- {lines[0][column + _STEP :]}", *lines[1:]]

    def _has_parts(self, path: KeyPath, value: Any) -> bool:
        """Whether something in a list or object comes from the file, so that it is written part by part."""
        return any(self._first((*path, part), item) is not None for part, item in _items(value))

    def _changed(self, path: KeyPath, place: Place | None, value: Any) -> None:
        self.changes.append(Change(path, place.path if place else None, value))
        if place is not None:
            self.used.add(place.path)

    # --- text as it was

    def _copied_entry(self, key: str, place: Place, column: int) -> list[str]:
        text, node = self._take(place), place.node
        if place.key is not None and not place.in_flow:
            name = self.layout.text[place.key.start_mark.index : place.key.end_mark.index]
            behind = text[len(name) :]
            return _shifted(f"{name if place.key.value == key else scalar(key)}{behind}", column, place.column)
        if not place.is_block:
            return _shifted(f"{scalar(key)}: {self._value_text(place)}", column, place.column)
        inside = column + (0 if isinstance(node, SequenceNode) else _STEP)
        return [f"{' ' * column}{scalar(key)}:", *_shifted(self._value_text(place), inside, node.start_mark.column)]

    def _copied_item(self, place: Place, column: int) -> list[str]:
        self._take(place)
        if not place.is_block:
            return _shifted(f"- {self._value_text(place)}", column, place.column)
        lines = _shifted(self._value_text(place), column + _STEP, place.node.start_mark.column)
        return [f"{' ' * column}- {lines[0][column + _STEP :]}", *lines[1:]]

    def _take(self, place: Place) -> str:
        """The text of an entry or item, which with its comments is used by this."""
        start, end = place.start, self.layout.chunk_end(place)
        self.used.add(place.path)
        self._comments |= {each.start for each in self.layout.comments if start <= each.start < end}
        return self.layout.text[start:end]

    def _value_text(self, place: Place) -> str:
        end = self.layout.end(place.node) if place.in_flow else self.layout.chunk_end(place)
        return self.layout.text[place.node.start_mark.index : end]

    # --- comments

    def _lead(self, place: Place | None, column: int) -> list[str]:
        """Comments and empty lines above an entry, moved to a column, unless they stand elsewhere already."""
        if place is None or place.in_flow:
            return []
        start, end = self.layout.lead(place), self.layout.line_start(place.start)
        if start == end or start in self._leads:
            return []
        self._leads.add(start)
        self._comments |= {each.start for each in self.layout.comments if start <= each.start < end}
        lines = self.layout.text[start : end - 1].split("\n")
        return [f"{' ' * column}{line.strip()}" if line.strip() else "" for line in lines]

    def _behind(self, place: Place | None) -> str:
        """The comment behind a key whose value is written part by part."""
        if place is None or place.key is None or not place.is_block:
            return ""
        end = self.layout.line_end(place.key.end_mark.index)
        for each in self.layout.comments:
            if (
                place.key.end_mark.index < each.start < end
                and each.start < place.node.start_mark.index
                and self._is_free(each.start)
            ):
                self._comments.add(each.start)
                return f" {each.text}"
        return ""

    def _is_free(self, comment: int) -> bool:
        return comment not in self._comments


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal, and of the same types: true is not 1."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _shifted(text: str, column: int, before: int) -> list[str]:
    """Lines of a text that began in the column `before`, moved to another one."""
    first, *rest = text.split("\n")
    lines = [f"{' ' * column}{first}"]
    for line in rest:
        bare = line.lstrip(" ")
        lines.append(f"{' ' * max(len(line) - len(bare) + column - before, 0)}{bare}" if bare else "")
    return lines
