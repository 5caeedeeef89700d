"""What is known of a pack that was brought in: `.upstream/NAME/` of this one, which belongs into its repository.

record.json   where it came from, and the digest of each of its files
files/        its YAML and CSV as they were, which the next release is compared with
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from storypack.atomic import write_whole
from storypack.authoring.upstreams.release import ReleaseError, digest_of
from storypack.opening import LeadsOut, folder_of, read_plain
from storypack.pack.files import SUFFIXES

FOLDER = ".upstream"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
_KEPT = (*SUFFIXES, ".csv")
_RECORD = "record.json"


@dataclass(frozen=True, slots=True)
class Record:
    """Where a pack came from, and its release: the version that its settings say, and the commit or the archive's
    digest. `digests` has the SHA-256 of every file, by path."""

    name: str
    source: str
    ref: str
    commit: str
    digest: str
    version: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Base:
    """A pack as it was brought in last. `files` has those that are kept."""

    record: Record
    files: Mapping[str, bytes]


def names(root: Path) -> list[str]:
    """The packs that were brought in."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    complete = {entry.name.removesuffix(".old") for entry in os.scandir(folder) if entry.is_dir()}
    return sorted(name for name in complete if NAME.fullmatch(name) and not name.endswith(".new"))


def read(root: Path, name: str) -> Base:
    """The base of a pack. Raises ReleaseError if it is not what was written."""
    folder = _folder(root) / name
    if not folder.is_dir():  # a run that was cut off between two renames
        folder = folder.with_name(f"{name}.old")
    try:
        kept = json.loads(read_plain(folder / _RECORD, root))
        record = Record(**{key: kept[key] for key in Record.__slots__})
        files = {path: read_plain(folder / "files" / path, root) for path in record.digests if _is_kept(path)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(f"{FOLDER}/{name} cannot be read ({error}); bring it back from git") from error
    for path, data in files.items():
        if digest_of(data) != record.digests[path]:
            raise ReleaseError(f"{FOLDER}/{name}/files/{path} was changed; bring it back from git")
    return Base(record, files)


def write(root: Path, record: Record, files: Mapping[str, bytes]) -> None:
    """Put a new base in the place of the old one: written beside it, then renamed. Raises OSError, ReleaseError."""
    parent = _folder(root)
    new, place, old = (parent / f"{record.name}{suffix}" for suffix in (".new", "", ".old"))
    shutil.rmtree(new, ignore_errors=True)
    (new / "files").mkdir(parents=True)
    for path, data in files.items():
        if _is_kept(path):
            target = new / "files" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, data, durable=False)
    write_whole(new / _RECORD, (json.dumps(asdict(record), indent=1, sort_keys=True) + "\n").encode())
    if place.is_dir():
        shutil.rmtree(old, ignore_errors=True)
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _folder(root: Path) -> Path:
    try:
        return folder_of(root, FOLDER)
    except LeadsOut as error:
        raise ReleaseError(f"{FOLDER} {error.strerror}") from error


def _is_kept(path: str) -> bool:
    return PurePosixPath(path).suffix in _KEPT
