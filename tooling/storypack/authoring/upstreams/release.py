"""The files of a pack that another pack brings in: its content, what lies beside it, and the events of its tests."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from storypack.opening import is_plain, read_plain
from storypack.pack.files import SUFFIXES
from storypack.pack.kinds import content_folders
from storypack.pack.load import load_settings
from storypack.pack.models.settings import Settings
from storypack.pack.yaml import YamlError, decode, parse

MOST_FILES = 100_000
MOST_BYTES = 512 * 1024 * 1024
_SUFFIXES = (*SUFFIXES, ".csv", ".mlmodel", ".json", ".xml")
_DEEPEST = 20  # folders
_SETTINGS = ("storypack.yml", "contentctl.yml", "build.yml")


class ReleaseError(ValueError):
    """The release cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A state of a pack. `files` are the bytes by path; content is below the names of its folders (`detections/`)
    wherever it lay. `settings` are the pack's own, which are not brought in. `left_out` are the paths, in the same
    terms, of links, pipes and devices: nothing at or below them is among the files."""

    files: Mapping[str, bytes]
    settings: Settings
    left_out: frozenset[str] = frozenset()

    def link_over(self, path: str) -> str | None:
        """Which of `left_out` a path is, or lies below."""
        ways = (path, *(parent.as_posix() for parent in PurePosixPath(path).parents))
        return next((way for way in ways if way in self.left_out), None)


def release_at(folder: Path) -> Release:
    """The release in a folder. Links are not followed, but listed. Raises ReleaseError."""
    root = _pack_in(folder)
    for name in _SETTINGS:
        if _is_left_out(root / name) and not is_plain(root / name, root):
            raise ReleaseError(f"{name} is a link that cannot be followed, pipe or device: replace it by the file")
    settings = load_settings(root)[0]
    start = f"{settings.content_folder}/" if settings.content_folder else ""
    files: dict[str, bytes] = {}
    size = 0
    left_out: set[str] = set()
    for path in _paths(root, start, left_out):
        try:
            data = read_plain(root / path, limit=MOST_BYTES)
        except OSError as error:
            raise ReleaseError(f"{path} {error.strerror or 'cannot be read'}") from error
        size += len(data)
        if len(files) >= MOST_FILES or size > MOST_BYTES:
            raise ReleaseError(f"it has more than {MOST_FILES:,} files or {MOST_BYTES >> 20} MiB")
        files[path.removeprefix(start)] = data
    if not any(path.startswith("detections/") for path in files):
        if f"{start}detections" in left_out:
            raise ReleaseError(f"{start}detections is a link, and links are not followed: replace it by the folder")
        raise ReleaseError("it has no detections/; name the folder that holds it")
    return Release(files, settings, frozenset(path.removeprefix(start) for path in left_out))


def data_of(raw: bytes) -> dict[str, Any] | None:
    """The object of a YAML file; None if it cannot be read."""
    try:
        data, problems = parse(decode(raw))
    except YamlError:
        return None
    return None if problems else data


def digest_of(raw: bytes) -> str:
    """The digest by which a file is known that is not kept."""
    return hashlib.sha256(raw).hexdigest()


def _pack_in(folder: Path) -> Path:
    """The folder itself, or the only folder in it (of an archive) if the pack is there."""
    if _is_pack(folder):
        return folder
    inner = [Path(entry.path) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    packs = [path for path in inner if _is_pack(path)]
    return packs[0] if len(packs) == 1 else folder


def _is_pack(folder: Path) -> bool:
    return any((folder / name).exists() for name in (*_SETTINGS, "detections"))


def _paths(root: Path, start: str, left_out: set[str]) -> Iterator[str]:
    """Paths of the files: those of the content folders, then events that tests of them name. What is there and no
    plain file goes into `left_out`."""
    events: dict[str, None] = {}
    for folder in content_folders(start.rstrip("/")):
        for path in sorted(_walk(root, folder, 0, left_out)):
            yield path
            if PurePosixPath(path).suffix in SUFFIXES:
                events |= dict.fromkeys(_events(root, path))
    for path in sorted(events):
        if is_plain(root / path, root) and not (root / path).is_symlink():
            yield path
        else:
            ways = (PurePosixPath(path), *PurePosixPath(path).parents[:-1])
            left_out.update(way.as_posix() for way in ways if _is_left_out(root / way))


def _walk(root: Path, folder: str, depth: int, left_out: set[str]) -> Iterator[str]:
    if _is_left_out(root / folder):
        left_out.add(folder)
        return
    if depth > _DEEPEST or not (root / folder).is_dir():
        return
    for entry in os.scandir(root / folder):
        path = f"{folder}/{entry.name}"
        if entry.name.startswith(".") or not _is_safe(path):
            continue
        if _is_left_out(Path(entry.path)):
            left_out.add(path)
        elif entry.is_dir():
            yield from _walk(root, path, depth + 1, left_out)
        elif PurePosixPath(path).suffix in _SUFFIXES:
            yield path


def _is_left_out(path: Path) -> bool:
    """Whether something is there that is neither a plain file nor a folder: a link, a pipe, a socket or a device."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _events(root: Path, path: str) -> Iterator[str]:
    data = data_of(read_plain(root / path, limit=MOST_BYTES)) or {}
    for test in data.get("tests") or ():
        for item in (test.get("attack_data") or ()) if isinstance(test, dict) else ():
            name = item.get("data") if isinstance(item, dict) else None
            if isinstance(name, str) and "://" not in name and _is_safe(name):
                yield PurePosixPath(name).as_posix()


def _is_safe(path: str) -> bool:
    """Whether a path stays inside the folder that it is joined to, and has a name that can be written anywhere."""
    parts = PurePosixPath(path).parts
    return path.isprintable() and "\\" not in path and not path.startswith("/") and ".." not in parts and bool(parts)
