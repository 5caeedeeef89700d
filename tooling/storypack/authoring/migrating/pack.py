"""A whole pack of older formats: what its files become, and writing them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from storypack.atomic import write_whole
from storypack.authoring.changes import copy_or_link
from storypack.authoring.migrating.file import Migrated, MigrationError, migrated
from storypack.issue import Issue
from storypack.opening import real
from storypack.pack.files import Found, find_files, read_file
from storypack.pack.kinds import content_folders
from storypack.pack.load import load_settings

_NO_PART = ("dist", "tests", "node_modules", "__pycache__")  # of an app, and large


@dataclass(frozen=True, slots=True)
class Migration:
    """What becomes of a pack's files. `count` = files that were looked at; `failed` has the reasons, by path."""

    root: Path
    count: int
    files: Sequence[Migrated]
    failed: Mapping[str, str]

    def write(self) -> None:
        """Write the files, each in one step: a run that is cut off leaves files of both formats, and the next goes on.
        Raises OSError."""
        for file in self.files:
            write_whole(real(self.root / file.path), file.after)

    def write_copy(self, folder: Path) -> None:
        """Write what an app is built of, as it will be, into a new folder."""
        shutil.copytree(self.root, folder, symlinks=True, ignore=_left_out, copy_function=copy_or_link)
        for file in self.files:
            write_whole(folder / file.path, file.after, durable=False, anything=True)  # through no link


def migration(root: Path, only: Collection[str] | None = None) -> Migration:
    """What becomes of the files of a pack, or of some of its paths. Files of the current format stay as they are."""
    found, _ = find_files(root, content_folders(load_settings(root)[0].content_folder))
    chosen = [each for each in found if only is None or each.path in only]
    files: list[Migrated] = []
    failed: dict[str, str] = {}
    for each in chosen:
        try:
            file = _migrated(root, each)
        except MigrationError as error:
            failed[each.path] = str(error)
        else:
            files += [file] if file else []
    return Migration(root, len(chosen), files, failed)


def _left_out(folder: str, names: list[str]) -> list[str]:
    """Of a folder's names those that are not copied: hidden, no part of an app, or neither file, folder nor link."""
    plain = {entry.name for entry in os.scandir(folder) if entry.is_symlink() or entry.is_dir() or entry.is_file()}
    return [name for name in names if name.startswith(".") or name in _NO_PART or name not in plain]


def _migrated(root: Path, found: Found) -> Migrated | None:
    raw = read_file(root, found.path)
    if isinstance(raw, Issue):
        raise MigrationError(raw.message.removeprefix(f"{found.path} "))
    return migrated(found.kind, found.path, raw)
