"""The result for a whole pack, kept for as long as no file of it changes, on the same day, with the same tool; and what
a run after a small edit can take from it.

What counts are the bytes of every file; of very large ones name, size and time of change."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from storypack.checks import cache
from storypack.checks.edited import Outside, outsides_of
from storypack.issue import Issue
from storypack.opening import real
from storypack.store import Store, digest

FILE = "snapshot.json"
_MARKS = ("storypack.yml", "detections")  # a folder without either is no pack, or one that is soon read
_MOST_FILES = 100_000
_LARGE = 4 * 1024 * 1024
_MOST_EDITED = 20
"""Files that were edited; of more, a whole run makes as much of them."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What `validate` found: issues in order, the files that were read, how many issues were silenced.

    For a run after an edit: `silenced_in` = how many of these in each file, `outsides` = what of each detection others
    can see."""

    issues: Sequence[Issue]
    files: Sequence[str]
    silenced: int
    silenced_in: Mapping[str, int] = field(default_factory=dict, compare=False)
    outsides: Mapping[str, Outside] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """All that a result for a pack rests on: a digest of the day and the tool, and what tells whether a file changed,
    by path."""

    basis: str
    files: Mapping[str, str]

    @property
    def digest(self) -> str:
        return digest(self.basis, *chain.from_iterable(self.files.items()))


@dataclass(frozen=True, slots=True)
class Edit:
    """The result for a pack before some of its files were changed, and these files."""

    before: Snapshot
    changed: frozenset[str]


def state_of(root: Path, today: dt.date, leave: Path | None = None) -> State | None:
    """What a result for the pack rests on; None if that cannot be told, or there is no pack. `leave` = a folder that is
    no part of it, though it may lie there."""
    if not any(os.path.lexists(root / name) for name in _MARKS):  # it may be somebody's home
        return None
    files: dict[str, str] = {}
    try:
        for path, mark in _files(root, "", real(leave) if leave else None):
            if len(files) >= _MOST_FILES:
                return None
            files[path] = mark
    except OSError:
        return None
    return State(digest(today.isoformat(), cache.tool_digest()), files)


def _files(root: Path, folder: str, leave: Path | None) -> Iterator[tuple[str, str]]:
    """Each file below a folder, and what tells whether it changed. Hidden folders are left out: no pack reads them."""
    for entry in sorted(os.scandir(root / folder), key=lambda entry: entry.name):
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_symlink():
            yield path, f"link {Path(entry.path).readlink()} {_target(entry)}"
        elif entry.is_dir():
            if entry.name.startswith(".") or entry.name in ("__pycache__", "node_modules"):
                continue
            if leave is None or real(Path(entry.path)) != leave:
                yield path, "folder"
                yield from _files(root, path, leave)
        elif entry.is_file() and entry.stat().st_size <= _LARGE:
            yield path, digest(Path(entry.path).read_bytes().decode("latin-1"))
        else:
            yield path, _status(entry.stat())


def _target(entry: os.DirEntry[str]) -> str:
    try:
        return _status(entry.stat())
    except OSError:
        return "nowhere"


def _status(status: os.stat_result) -> str:
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ino}"


def load(store: Store | None, state: State | str | None, name: str = FILE) -> Snapshot | None:
    """The result that was kept under a name for this state, or its digest; None if there is none."""
    kept = store.load(name) if store and state else {}
    return _snapshot(kept) if kept and kept.get("state") == _digest(state) else None


def edit_of(store: Store | None, state: State | None) -> Edit | None:
    """What was kept for the pack before some of its files were edited; None if there is more than that between the
    two, or nothing was kept that helps."""
    kept = store.load(FILE) if store and state else {}
    files = kept.get("marks")
    if state is None or not isinstance(files, dict) or kept.get("basis") != state.basis:
        return None
    if files.keys() != state.files.keys():
        return None
    changed = frozenset(path for path, mark in state.files.items() if files[path] != mark)
    before = _snapshot(kept) if changed and len(changed) <= _MOST_EDITED else None
    return Edit(before, changed) if before is not None else None


def _snapshot(kept: Mapping[str, Any]) -> Snapshot | None:
    issues, files, silenced = kept.get("issues"), kept.get("files"), kept.get("silenced")
    if not isinstance(issues, list) or not isinstance(files, list) or not isinstance(silenced, int):
        return None
    if not all(isinstance(path, str) for path in files):
        return None
    counts = kept.get("silenced_in")
    silenced_in = {path: count for path, count in counts.items() if isinstance(count, int)} if counts else {}
    try:
        found = [cache.issue_of(row) for row in issues]
    except ValueError:
        return None
    return Snapshot(found, files, silenced, silenced_in, outsides_of(kept.get("outsides")))


def save(store: Store | None, state: State | str | None, found: Snapshot, name: str = FILE) -> None:
    """Keep a result for this state."""
    if store and state:
        rows = [cache.row_of(issue) for issue in found.issues]
        kept: dict[str, Any] = {
            "state": _digest(state),
            "issues": rows,
            "files": list(found.files),
            "silenced": found.silenced,
        }
        if isinstance(state, State) and found.outsides:
            outsides = {path: outside.row for path, outside in found.outsides.items()}
            kept |= {"basis": state.basis, "marks": dict(state.files), "outsides": outsides}
            kept["silenced_in"] = dict(found.silenced_in)
        store.save(name, kept)


def _digest(state: State | str | None) -> str | None:
    return state.digest if isinstance(state, State) else state
