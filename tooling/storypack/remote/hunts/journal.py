"""What the jobs of a hunt have given so far, so that a hunt that was broken off goes on where it was.

One file of JSON lines, safe to delete: first what the hunt is, then an answer a line. Each line is sealed with the
user's key; one that is not is passed over, so that a file which somebody else made proves nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from storypack.store import is_sealed, seal

_LABEL = "storypack hunt"
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class JournalError(Exception):
    """A journal that cannot be used, and why."""


@dataclass
class Journal:
    """Answers by the digests of their questions. `about` is what the first line says; `done` = the hunt needs it no
    more."""

    _file: BinaryIO = field(repr=False)
    about: dict[str, Any] = field(default_factory=dict)
    resumed: bool = False
    done: bool = False
    _places: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str) -> dict[str, Any] | None:
        """The answer to a question; None if it is not there."""
        if key not in self._places:
            return None
        start, size = self._places[key]
        self._file.seek(start)
        entry = _opened(self._file.read(size))
        return None if entry is None else entry["answer"]

    def put(self, key: str, answer: Mapping[str, Any]) -> None:
        self._places[key] = self._write({"key": key, "answer": answer})

    def _write(self, kept: Mapping[str, Any]) -> tuple[int, int]:
        text = json.dumps(kept, separators=(",", ":"))
        line = json.dumps({"seal": seal(_LABEL, text), "kept": text}).encode() + b"\n"
        start = self._file.seek(0, os.SEEK_END)
        self._file.write(line)
        self._file.flush()
        return start, len(line)

    def begin(self, about: Mapping[str, Any]) -> None:
        """Forget everything, and say what this hunt is."""
        self._file.truncate(0)
        self._places.clear()
        self.about, self.resumed = dict(about), False
        self._write(self.about)

    def read(self) -> None:
        """Take in what is there. A last line that was cut off is passed over, and so is all that has no seal."""
        place = self._file.seek(0)
        first = True
        for line in self._file:
            kept = _opened(line)
            if first and (kept is None or "key" in kept):
                return
            if first:
                self.about, self.resumed, first = dict(kept or {}), True, False
            elif kept is not None and isinstance(kept.get("answer"), dict):
                self._places[str(kept.get("key"))] = (place, len(line))
            place += len(line)
        if place:
            self._file.seek(place - 1)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")


def _opened(line: bytes) -> dict[str, Any] | None:
    """What a line holds; None if it is not sealed."""
    try:
        sealed = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(sealed, dict) or not isinstance(text := sealed.get("kept"), str):
        return None
    if not is_sealed(_LABEL, text, sealed.get("seal")):
        return None
    kept: dict[str, Any] = json.loads(text)
    return kept


@contextmanager
def open_journal(path: Path, about: Mapping[str, Any], *, restart: bool = False) -> Iterator[Journal]:
    """The journal of a hunt, which others may not use meanwhile. What another hunt has left there (its `hunt` differs)
    is refused; `restart` = begin anew. The file goes away once the hunt is `done`. Raises JournalError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=0, mode=0o600), os.fdopen(os.open(path, _FLAGS, 0o600), "r+b") as file:
            journal = Journal(file)
            journal.read()
            if journal.resumed and not restart and journal.about.get("hunt") != about["hunt"]:
                raise JournalError(f"{path} belongs to another hunt: name another file, or begin anew with --restart")
            if restart or not journal.resumed:
                journal.begin(about)
            yield journal
        if journal.done:
            for each in (path, Path(f"{path}.lock")):
                with suppress(OSError):
                    each.unlink()
    except Timeout:
        raise JournalError(f"{path} is in use by another hunt") from None
    except OSError as error:
        raise JournalError(
            f"cannot keep what the hunt learns in {path}: {error.strerror}; --state names a file"
        ) from error
