"""Detections of a pack that were not read, because hardly anything was asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")


@dataclass(slots=True)
class Unread:
    """What is known of detections that are not read: the names of the filter macros that they would have. `asked` = a
    question came up that cannot be answered without them, so that answers are worth nothing."""

    macros: frozenset[str]
    asked: bool = field(default=False)

    def note(self) -> None:
        """Say that something was asked about all detections."""
        self.asked = True


class PartOfMacros(Mapping[str, V]):
    """The macros of a pack of which detections are not read: asking for theirs, or for all, is noted."""

    def __init__(self, known: Mapping[str, V], unread: Unread) -> None:
        self._known = known
        self._unread = unread

    def __getitem__(self, key: str) -> V:
        if key in self._unread.macros:
            self._unread.note()
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        self._unread.note()
        return iter(self._known)

    def __len__(self) -> int:
        self._unread.note()
        return len(self._known)
