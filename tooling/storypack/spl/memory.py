"""What was made of a text, kept for the next reader of the same text.

A pack's search is read by the rules, by each of its tests, by each run of a test and by the app: all of them get the
tree that the first one made. Trees never change, so they can be shared."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")

MOST_CHARACTERS = 500_000
"""Texts that one memory keeps, in characters: a tree takes about 20 bytes for each."""

LONGEST_TEXT = 50_000


_memories: WeakSet[Memory[Any]] = WeakSet()


def forget() -> None:
    """Empty all memories, for who measures how long reading takes."""
    for memory in _memories:
        memory.clear()


class Memory(Generic[Value]):
    """Values by the text that they were made of; those that were asked for longest ago are forgotten first."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._kept: OrderedDict[str, Value] = OrderedDict()
        self._characters = 0
        self._lock = Lock()
        _memories.add(self)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._characters = 0

    def get(self, text: str) -> Value | None:
        """What was made of the text; None if it was not, or is forgotten."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text)

    def keep(self, text: str, value: Value) -> None:
        """Keep a value, unless its text is longer than `LONGEST_TEXT`."""
        if len(text) > LONGEST_TEXT:
            return
        with self._lock:
            if text not in self._kept:
                self._characters += len(text)
            self._kept[text] = value
            while self._characters > self._most:
                forgotten, _ = self._kept.popitem(last=False)
                self._characters -= len(forgotten)
