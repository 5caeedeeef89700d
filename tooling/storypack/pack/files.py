"""Finding and reading the files of a pack, with nothing but regular files inside its folder ever opened."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from storypack.issue import Issue, Location, Severity
from storypack.opening import LeadsOut, read_plain
from storypack.pack import rules
from storypack.pack.names import STEM_PATTERN
from storypack.pack.yaml import MAX_BYTES

SETTINGS_FILE = "storypack.yml"
SUFFIXES = (".yml", ".yaml")
_STEM = re.compile(STEM_PATTERN)
# Only a detection's file name becomes a part of something in Splunk: the name of its filter macro.
_LOOSE_STEM = re.compile(r"^[\w()\[\] .,&+'-]*[\w()\]]$")
# Files that belong in a content folder without being content.
_COMPANIONS = {
    ".csv": ("lookups",),
    ".mlmodel": ("lookups",),
    ".json": ("dashboards",),
    ".xml": ("dashboards",),
    ".md": None,
}
_LIKE_CONTENT = (".yml", ".yaml", ".spl", ".conf")
_NO_CONTENT = frozenset(
    ["bin", "build", "dist", "docs", "env", "lib", "node_modules", "scripts", "tests", "tools", "venv"]
)
_MAX_FOLDERS = 20  # depth


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: `path` relative to the pack with `/`, `kind` the content folder that it is in."""

    path: str
    kind: str


def readable(text: str) -> str:
    """A file name that can be printed anywhere: control characters and undecodable bytes become escapes."""
    shown = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in shown)


def find_files(root: Path, folders: Mapping[str, str]) -> tuple[list[Found], list[Issue]]:
    """The content files of a pack, folder after folder, and issues about files that are not read.

    `folders` says which kind of content is in which folder.
    """
    found: list[Found] = []
    issues: list[Issue] = []
    for folder, kind in folders.items():
        for path, problem in _walk(root, folder, kind, 0):
            if problem is None:
                found.append(Found(path, kind))
            else:
                issues.append(problem)
    return found, issues


def elsewhere(root: Path, name: str) -> str:
    """The first folder, at most two levels down, that has a folder of this name; empty if there is none."""
    for pattern in (f"*/{name}", f"*/*/{name}"):
        for path in sorted(root.glob(pattern)):
            parts = path.relative_to(root).parts[:-1]
            if path.is_dir() and not path.is_symlink() and not any(part.startswith(".") for part in parts):
                return "/".join(parts)
    return ""


def other_folders(root: Path, start: str, known: Collection[str]) -> Iterator[tuple[str, int]]:
    """Folders beside those of content that hold files of the same kinds, at most two levels down, with their number."""
    try:
        entries = sorted(os.scandir(root / start), key=lambda entry: entry.name)
    except OSError:
        return  # there is no such folder: that nothing is in it is said elsewhere
    for entry in entries:
        if entry.name.startswith(".") or entry.name in known or entry.name in _NO_CONTENT or not _is_folder(entry):
            continue
        patterns = (f"*{level}{suffix}" for level in ("", "/*") for suffix in _LIKE_CONTENT)
        count = sum(1 for pattern in patterns for _ in Path(entry.path).glob(pattern))
        if count:
            yield readable(entry.name), count


def _walk(root: Path, folder: str, kind: str, depth: int) -> Iterator[tuple[str, Issue | None]]:
    here = root / folder
    if depth == 0 and not os.path.lexists(here):
        return
    if here.is_symlink():
        yield folder, _unreadable(folder, "is a link to a folder; such links are not followed")
        return
    if depth > _MAX_FOLDERS:
        yield folder, _unreadable(folder, f"lies more than {_MAX_FOLDERS} folders deep")
        return
    try:
        entries = sorted(os.scandir(here), key=lambda entry: entry.name)
    except OSError as error:
        yield folder, _unreadable(folder, f"cannot be read: {_reason(error)}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = f"{folder}/{entry.name}"
        stem, suffix = PurePosixPath(entry.name).stem, PurePosixPath(entry.name).suffix
        if suffix not in SUFFIXES and _is_folder(entry):
            yield from _walk(root, path, kind, depth + 1)
        elif suffix in SUFFIXES:
            if (_STEM if kind == "detections" else _LOOSE_STEM).match(stem):
                yield path, None
            else:
                yield path, _unreadable(path, _stem_meaning(kind), "rename it")
        elif kind not in (_COMPANIONS.get(suffix, ()) or (kind,) if suffix in _COMPANIONS else ()):
            yield path, _stray(path)


def _stem_meaning(kind: str) -> str:
    more = "" if kind == "detections" else ", blanks, brackets and . , & + '"
    return f"has a name that may hold only letters, digits, - and _{more}"


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads to itself: reading it will say so


def read_file(root: Path, path: str) -> bytes | Issue:
    """The bytes of a file of the pack, or why it cannot be read.

    A link is followed only to a regular file inside the pack.
    """
    full = root / path
    try:
        if not full.is_symlink():  # to resolve each file's path would take longer than to read it
            return read_plain(full, limit=MAX_BYTES)
        return read_plain(full, root, limit=MAX_BYTES)
    except LeadsOut as error:
        return _unreadable(path, _reason(error), "put a copy of the file there")
    except OSError as error:
        if error.strerror and error.strerror.startswith("is "):
            return _unreadable(path, error.strerror)
        return _unreadable(path, f"cannot be read: {_reason(error)}")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "the link leads to itself"


def _unreadable(path: str, message: str, cure: str = "") -> Issue:
    shown = readable(path)
    return Issue(rules.UNREADABLE, Severity.ERROR, f"{shown} {message}", Location(shown), cure=cure)


def _stray(path: str) -> Issue:
    shown = readable(path)
    cure = "rename it to .yml if it is content, else move it elsewhere"
    return Issue(rules.STRAY_FILE, Severity.WARNING, f"{shown} is not read", Location(shown), cure=cure)
