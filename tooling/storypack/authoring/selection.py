"""`--only`: which objects of a pack a command works on.

NAME            a name, a file's stem or path, or a glob over them (`aws_*`)
story:NAME      a story and its detections
changed         what git says was changed since the last commit, and what that reaches; changed:REF since the branch
                left REF
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storypack.authoring.changes import Changes, GitError, changes, kept_files
from storypack.opening import is_plain
from storypack.pack.adapters import app_settings
from storypack.pack.files import SETTINGS_FILE
from storypack.pack.kinds import OVERLAY, content_folders

if TYPE_CHECKING:
    from storypack.pack.pack import Entry, Pack


class SelectionError(ValueError):
    """What was asked for cannot be chosen: it names nothing, or git cannot tell."""


def chosen_files(pack: Pack, only: Sequence[str]) -> frozenset[str] | None:
    """Paths (in the pack) of the files that `--only` names; None = all. Raises SelectionError for a name of nothing."""
    if not only:
        return None
    files: set[str] = set()
    for which in only:
        files |= _files_named(pack, which)
    overlays = (changed_by(entry) for entry in pack.entries() if entry.path in files)
    return frozenset(files.union(*overlays))


def _files_named(pack: Pack, which: str) -> set[str]:
    kind, _, rest = which.partition(":")
    if kind == "changed":
        return _changed(pack, rest)
    if kind == "story":
        stories = [entry for entry in pack.stories if _matches(entry, rest)]
        if not stories:
            raise SelectionError(_unknown("story", rest, (entry.name for entry in pack.stories)))
        members = [member for entry in stories for member in pack.detections_of(entry.name)]
        return {entry.path for entry in stories} | {entry.path for entry in members}
    paths = {entry.path for entry in pack.entries() if _matches(entry, which)}
    overlays = {overlay.path for overlay in pack.overlays if which in (overlay.path, overlay.stem)}
    paths |= overlays | {entry.path for entry in pack.entries() if overlays & changed_by(entry)}
    paths |= {path for path in pack.broken if fnmatchcase(Path(path).stem, which) or path == which}
    if not paths:
        raise SelectionError(_unknown("object", which, (entry.name for entry in pack.entries())))
    return paths


def _changed(pack: Pack, since: str) -> set[str]:
    """Changed files, and those of all that the change reaches. Events that git does not keep may have changed, too."""
    from storypack.authoring.reach import reach

    changed = changes_since(pack, since, "--only changed")
    named = {item.data for entry in pack.tested for test in entry.model.tests for item in test.attack_data}
    local = {posixpath.normpath(name) for name in named if is_plain(pack.root / name)}
    return reach(pack, changed.files | (local - kept_files(pack.root)), changed.old_texts())


def changes_since(pack: Pack, since: str, option: str) -> Changes:
    """What git says was changed. Raises SelectionError, which names the option that asked."""
    read = (SETTINGS_FILE, *app_settings.FILES, OVERLAY.folder, *content_folders(pack.settings.content_folder))
    try:
        return changes(pack.root, since, read)
    except GitError as error:
        raise SelectionError(f"{option}: {error}") from error


def starts_of_changes(only: Sequence[str]) -> list[str]:
    """What each `changed` of `--only` is compared with: a branch or commit, empty for the last commit."""
    return [which.partition(":")[2] for which in only if which.partition(":")[0] == "changed"]


def changed_by(entry: Entry[Any]) -> set[str]:
    """The overlays that change an object."""
    return {file.path for file in entry.overlaid.files} if entry.overlaid else set()


def _matches(entry: Entry[Any], which: str) -> bool:
    return is_named((entry.name, entry.stem, entry.path), which)


def is_named(texts: Iterable[str], which: str) -> bool:
    """Whether a name, stem or path is what `--only` names."""
    wanted = which.casefold()
    return any(fnmatchcase(text.casefold(), wanted) for text in texts)


def is_name(which: str) -> bool:
    """Whether this names objects one by one."""
    return which.partition(":")[0] not in ("changed", "story")


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    from storypack.spelling import did_you_mean

    hint = did_you_mean(name, known)
    return f"--only: the pack has no {kind} '{name}'" + (f"; {hint}" if hint else "")
