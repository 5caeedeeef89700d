"""The files of a pack that another pack brings in: its content, what lies beside it, and the events of its tests."""

from __future__ import annotations

import hashlib
import os
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


class ReleaseError(ValueError):
    """The release cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Release:
    """A state of a pack. `files` are the bytes by path; content is below the names of its folders (`detections/`)
    wherever it lay. `settings` are the pack's own, which are not brought in."""

    files: Mapping[str, bytes]
    settings: Settings


def release_at(folder: Path) -> Release:
    """The release in a folder. Links are not followed. Raises ReleaseError."""
    root = _pack_in(folder)
    settings = load_settings(root)[0]
    start = f"{settings.content_folder}/" if settings.content_folder else ""
    files: dict[str, bytes] = {}
    size = 0
    for path in _paths(root, start):
        try:
            data = read_plain(root / path, limit=MOST_BYTES)
        except OSError as error:
            raise ReleaseError(f"{path} {error.strerror or 'cannot be read'}") from error
        size += len(data)
        if len(files) >= MOST_FILES or size > MOST_BYTES:
            raise ReleaseError(f"it has more than {MOST_FILES:,} files or {MOST_BYTES >> 20} MiB")
        files[path.removeprefix(start)] = data
    if not any(path.startswith("detections/") for path in files):
        raise ReleaseError("it has no detections/; name the folder that holds it")
    return Release(files, settings)


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
    return any((folder / name).exists() for name in ("storypack.yml", "contentctl.yml", "build.yml", "detections"))


def _paths(root: Path, start: str) -> Iterator[str]:
    """Paths of the files: those of the content folders, then events that tests of them name."""
    events: dict[str, None] = {}
    for folder in content_folders(start.rstrip("/")):
        for path in sorted(_walk(root, folder, 0)):
            yield path
            if PurePosixPath(path).suffix in SUFFIXES:
                events |= dict.fromkeys(_events(root, path))
    yield from sorted(path for path in events if is_plain(root / path, root) and not (root / path).is_symlink())


def _walk(root: Path, folder: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or (root / folder).is_symlink() or not (root / folder).is_dir():
        return
    for entry in os.scandir(root / folder):
        path = f"{folder}/{entry.name}"
        if entry.name.startswith(".") or entry.is_symlink() or not _is_safe(path):
            continue
        if entry.is_dir():
            yield from _walk(root, path, depth + 1)
        elif entry.is_file() and PurePosixPath(path).suffix in _SUFFIXES:
            yield path


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
