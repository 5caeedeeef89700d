"""An object on its way from an older format to the current one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from storypack.issue import Severity
from storypack.pack import rules
from storypack.pack.source import path_text

KeyPath = tuple[str | int, ...]
Data = dict[str, Any]
CURRENT = 6
"""The number of the current format."""
_SHOWN = 80  # characters of a value that a message shows


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the older format does not say, or says otherwise. `path` is in the new shape.

    `decide`: what was put in its place may be wrong, so a human should look at it. `contradiction`: the file says two
    things at once, so nothing can be put in its place.
    """

    path: KeyPath
    message: str
    cure: str = ""
    decide: bool = True
    contradiction: bool = False

    @property
    def severity(self) -> Severity:
        """What it weighs as an issue."""
        if self.contradiction:
            return Severity.ERROR
        return Severity.WARNING if self.decide else Severity.NOTE

    @property
    def rule(self) -> str:
        """The rule of the loader that reports it."""
        return rules.CONTRADICTION if self.contradiction else rules.OLDER_FORMAT


@dataclass(slots=True)
class Adapted:
    """An object in the current format, notes about it, and where its keys were before (new path, old path)."""

    data: Data
    notes: list[Note] = field(default_factory=list)
    moved: list[tuple[KeyPath, KeyPath]] = field(default_factory=list)
    version: int = CURRENT
    """The format that it was in."""

    def note(self, path: KeyPath, message: str, cure: str = "", *, decide: bool = True) -> None:
        """Say what was decided here."""
        self.notes.append(Note(path, message, cure, decide))

    def move(self, old: KeyPath, new: KeyPath) -> None:
        """Take the value at `old` (keys of objects only) to `new`, if it is there."""
        holder: Any = self.data
        for part in old[:-1]:
            holder = holder.get(part) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and old[-1] in holder:
            self.put(new, holder.pop(old[-1]), old)

    def put(self, new: KeyPath, value: Any, old: KeyPath) -> None:
        """Set `new`, and remember that it comes from `old`."""
        target: dict[Any, Any] = self.data
        for part in new[:-1]:
            if not isinstance(target.get(part), dict):
                target[part] = {}
            target = target[part]
        target[new[-1]] = value
        self.came_from(new, old)

    def came_from(self, new: KeyPath, old: KeyPath) -> None:
        """Remember where a value was in the file, and what is in it, through earlier moves."""
        inside = [(new + later[len(old) :], first) for later, first in self.moved if later[: len(old)] == old != later]
        for later, first in reversed(self.moved):
            if old[: len(later)] == later:
                old = first + old[len(later) :]
                break
        self.moved += [(new, old), *inside]

    def contradict(self, path: KeyPath, older: KeyPath, other: Any, written: Any = None) -> None:
        """The file says one thing at `path`, and at `older` what amounts to `other`: an error that shows both."""
        mine = written if written is not None else self.data.get(str(path[0]))
        if mine == other:
            return
        where, left, right = _difference(path, mine, other)
        message = f"`{where}` is {_shown(left)}, and `{'.'.join(map(str, older))}` makes it {_shown(right)}"
        self.notes.append(Note(path, message, f"remove `{'.'.join(map(str, older))}`", contradiction=True))

    def drop(self, *keys: str) -> None:
        """Forget top-level keys that the current format has no place for."""
        for key in keys:
            self.data.pop(key, None)


def _difference(path: KeyPath, left: Any, right: Any) -> tuple[str, Any, Any]:
    """The first place at which two values differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in dict.fromkeys((*left, *right)):
            if left.get(key) != right.get(key):
                return _difference((*path, key), left.get(key), right.get(key))
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other:
                return _difference((*path, index), one, other)
    return path_text(path), left, right


def _shown(value: Any) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
