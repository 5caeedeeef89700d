"""The files of this pack, by the paths that releases call them by."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from storypack.authoring.upstreams.record import Base
from storypack.authoring.upstreams.release import Release, ReleaseError, digest_of
from storypack.opening import read_plain
from storypack.pack.files import SUFFIXES, find_files
from storypack.pack.kinds import content_folders

_ID = re.compile(rb"^id:[ \t]*['\"]?([0-9a-fA-F-]{36})\b", re.MULTILINE)
_FOLDERS = frozenset(content_folders())


@dataclass(frozen=True)
class Local:
    """A pack on disk. `start` = where its content is: empty, or ending in `/`; events of tests are beside it."""

    root: Path
    start: str

    def here(self, path: str) -> str:
        """The path in this pack of a release's file."""
        return f"{self.start}{path}" if PurePosixPath(path).parts[0] in _FOLDERS else path

    def read(self, path: str) -> bytes | None:
        """The bytes of a file by its path in a release; None if it is not here. Raises ReleaseError."""
        here = self.here(path)
        if not os.path.lexists(self.root / here):
            return None
        try:
            return read_plain(self.root / here, self.root)
        except OSError as error:
            raise ReleaseError(f"{here} {error.strerror or 'cannot be read'}") from error

    @cached_property
    def by_id(self) -> Mapping[str, str]:
        """The paths of the objects, in the release's terms, by their ids."""
        content, _ = find_files(self.root, content_folders(self.start.rstrip("/")))
        paths = [each.path.removeprefix(self.start) for each in content]
        return _by_id({path: data for path in paths if (data := self.read(path)) is not None})


@dataclass(frozen=True, slots=True)
class File:
    """A file in one state: its path in the release's terms, and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Triple:
    """One file in three states, None where it is not. `base` = the path of its base, empty where there is none; the
    bytes of that (`old`) may not be known, its digest always is."""

    ours: File | None
    theirs: File | None
    base: str = ""
    digest: str = ""
    old: bytes | None = None

    @property
    def path(self) -> str:
        """Where the file will be: where it is here, unless only upstream moved it."""
        moved_here = self.ours is not None and self.base not in ("", self.ours.path)
        order = (self.ours, self.theirs) if moved_here else (self.theirs, self.ours)
        return next((file.path for file in order if file is not None), self.base)

    def is_base(self, file: File) -> bool:
        """Whether a state has the bytes that the base has."""
        return bool(self.base) and digest_of(file.data) == self.digest


def triples(local: Local, base: Base | None, release: Release) -> list[Triple]:
    """The files of the base and of the release, each with its states. An object is the same while its id is, wherever
    its file went."""
    digests = base.record.digests if base else {}
    old = base.files if base else {}
    old_ids = {path: id for id, path in _by_id(old).items()}
    new = _by_id(release.files)
    used: set[str] = set()
    made = []
    for path, digest in digests.items():
        id = old_ids.get(path)
        theirs = new.get(id, None) if id else None
        if theirs is None and path in release.files and (not id or _id_in(release.files[path]) in (None, id)):
            theirs = path
        if theirs is not None:
            used.add(theirs)
        state = File(theirs, release.files[theirs]) if theirs is not None else None
        made.append(Triple(_ours(local, path, id), state, path, digest, old.get(path)))
    taken = {triple.ours.path for triple in made if triple.ours}
    for path, data in release.files.items():
        if path not in used:
            ours = _ours(local, path, _id_in(data) if PurePosixPath(path).suffix in SUFFIXES else None)
            made.append(Triple(ours if ours and ours.path not in taken else None, File(path, data)))
    return made


def _ours(local: Local, path: str, id: str | None) -> File | None:
    data = local.read(path)
    if id and (data is None or _id_in(data) not in (None, id)) and (elsewhere := local.by_id.get(id)):
        path, data = elsewhere, local.read(elsewhere)
    return File(path, data) if data is not None else None


def _by_id(files: Mapping[str, bytes]) -> dict[str, str]:
    """The paths of the objects by their ids, without ids of two."""
    yaml: Iterable[str] = (path for path in files if PurePosixPath(path).suffix in SUFFIXES)
    ids = [(id, path) for path in yaml if (id := _id_in(files[path]))]
    count = Counter(id for id, _ in ids)
    return {id: path for id, path in ids if count[id] == 1}


def _id_in(data: bytes) -> str | None:
    match = _ID.search(data)
    return match[1].decode().lower() if match else None
