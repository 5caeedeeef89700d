"""The result for a whole pack, kept for as long as no file of it changes, on the same day, with the same tool.

What counts are the bytes of every file; of very large ones name, size and time of change."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from storypack.checks import cache
from storypack.issue import Issue
from storypack.opening import real
from storypack.store import Store, digest

FILE = "snapshot.json"
_MARKS = ("storypack.yml", "detections")  # a folder without either is no pack, or one that is soon read
_MOST_FILES = 100_000
_LARGE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What `validate` found: issues in order, the files that were read, how many issues were silenced."""

    issues: Sequence[Issue]
    files: Sequence[str]
    silenced: int


def state_of(root: Path, today: dt.date, leave: Path | None = None) -> str | None:
    """The digest of all that a result for the pack rests on; None if that cannot be told, or there is no pack. `leave`
    = a folder that is no part of it, though it may lie there."""
    if not any(os.path.lexists(root / name) for name in _MARKS):  # it may be somebody's home
        return None
    parts = [today.isoformat(), cache.tool_digest()]
    try:
        for count, (path, said) in enumerate(_files(root, "", real(leave) if leave else None)):
            if count >= _MOST_FILES:
                return None
            parts += (path, said)
    except OSError:
        return None
    return digest(*parts)


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


def load(store: Store | None, state: str | None, name: str = FILE) -> Snapshot | None:
    """The result that was kept under a name for this state, if there is one."""
    kept = store.load(name) if store and state else {}
    issues, files, silenced = kept.get("issues"), kept.get("files"), kept.get("silenced")
    if kept.get("state") != state or not isinstance(issues, list) or not isinstance(files, list):
        return None
    if not isinstance(silenced, int) or not all(isinstance(path, str) for path in files):
        return None
    try:
        return Snapshot([cache.issue_of(row) for row in issues], files, silenced)
    except ValueError:
        return None


def save(store: Store | None, state: str | None, found: Snapshot, name: str = FILE) -> None:
    """Keep a result for this state."""
    if store and state:
        rows = [cache.row_of(issue) for issue in found.issues]
        kept = {"state": state, "issues": rows, "files": list(found.files), "silenced": found.silenced}
        store.save(name, kept)
