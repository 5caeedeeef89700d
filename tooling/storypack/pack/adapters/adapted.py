"""An object on its way from an older format to the current one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KeyPath = tuple[str | int, ...]
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the older format does not say. `path` is in the new shape.

    `decide`: what was put in its place may be wrong, so a human should look at it.
    """

    path: KeyPath
    message: str
    cure: str = ""
    decide: bool = True


@dataclass(slots=True)
class Adapted:
    """An object in the current format, notes about it, and where its keys were before (new path, old path)."""

    data: Data
    notes: list[Note] = field(default_factory=list)
    moved: list[tuple[KeyPath, KeyPath]] = field(default_factory=list)

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
            target = target.setdefault(part, {})
        target[new[-1]] = value
        self.came_from(new, old)

    def came_from(self, new: KeyPath, old: KeyPath) -> None:
        """Remember where a value was in the file, through earlier moves."""
        for later, first in reversed(self.moved):
            if old[: len(later)] == later:
                old = first + old[len(later) :]
                break
        self.moved.append((new, old))

    def drop(self, *keys: str) -> None:
        """Forget top-level keys that the current format has no place for."""
        for key in keys:
            self.data.pop(key, None)
