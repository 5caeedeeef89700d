"""What git says was changed in a pack, and the pack as it was before.

Deleted files count, and both names of one that was renamed. Of files that git is told to ignore nobody can say whether
they changed, so those that a pack reads count as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_LINK, _SUBMODULE = "120000", "160000"


class GitError(ValueError):
    """Git cannot tell, and why."""


@dataclass(frozen=True, slots=True)
class Changes:
    """`files` that differ from `base` (paths in the pack), new and deleted ones included. `base` is a commit; None =
    there is none yet, and every file is new."""

    root: Path
    base: str | None
    files: frozenset[str]

    def state(self) -> str:
        """What tells the pack at `base` from any other: git's name of the tree."""
        return _git(self.root, "rev-parse", f"{self.base}:./").strip() if self.base else ""

    def old_texts(self) -> dict[str, str]:
        """The changed files as they were, as far as they were there."""
        old = [(path, name) for mode, name, path in self._tree() if path in self.files and mode != _SUBMODULE]
        contents = _contents(self.root, [name for _, name in old])
        return {path: data.decode("utf-8", "replace") for (path, _), data in zip(old, contents, strict=True)}

    def write_base(self, folder: Path) -> None:
        """Write the pack as it was into a new folder. What did not change is taken from the pack as it is now,
        with line ends and large files as git makes them here."""
        folder.mkdir()
        old = []
        for mode, name, path in self._tree():
            if mode == _SUBMODULE or ".." in path.split("/"):
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in self.files or mode == _LINK or not (self.root / path).is_file():
                old.append((mode == _LINK, name, target))
            else:
                copy_or_link(self.root / path, target)
        old.sort()  # links last: nothing is written through one
        contents = _contents(self.root, [name for _, name, _ in old])
        for (is_link, _, target), data in zip(old, contents, strict=True):
            if is_link:
                target.symlink_to(os.fsdecode(data))
            else:
                target.write_bytes(data)

    def _tree(self) -> Iterator[tuple[str, str, str]]:
        """Mode, git's name and path of each file at `base`."""
        listed = _git(self.root, "ls-tree", "-r", "-z", self.base) if self.base else ""
        for line in filter(None, listed.split("\0")):
            about, _, path = line.partition("\t")
            mode, _, name = about.split(" ")
            yield mode, name, path


def changes(root: Path, since: str = "", read: Iterable[str] = ()) -> Changes:
    """What differs from the last commit, or from where the branch left `since`. `read` are files and folders that are
    read whatever git ignores. Raises GitError."""
    if since.startswith("-"):  # git would take it for an option
        raise GitError(f"'{since}' is not a branch or commit")
    base = _common(root, since) if since else _head(root)
    listed = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if read := tuple(read):
        listed += _git(root, "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *read)
    if base:
        listed += _git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", base, "--")
    else:
        listed += _git(root, "ls-files", "-z")
    return Changes(root, base, frozenset(filter(None, listed.split("\0"))))


def kept_files(root: Path) -> frozenset[str]:
    """The files of the pack that git keeps."""
    return frozenset(_git(root, "ls-files", "-z").split("\0"))


def last_tag(root: Path) -> str:
    """The tag that is nearest before the last commit. Raises GitError."""
    _git(root, "rev-parse", "--git-dir")  # says why, if this is no repository
    try:
        return _git(root, "describe", "--tags", "--abbrev=0").strip()
    except GitError as error:
        raise GitError("no tag lies before the last commit; name a release with --since") from error


def _head(root: Path) -> str | None:
    """The last commit; None in a repository that has none yet."""
    _git(root, "rev-parse", "--git-dir")  # says why, if this is no repository
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
    except GitError:
        return None


def _common(root: Path, since: str) -> str:
    _git(root, "rev-parse", "--git-dir")  # says why, if this is no repository
    try:
        commit = _git(root, "rev-parse", "--verify", "--quiet", f"{since}^{{commit}}").strip()
    except GitError as error:
        raise GitError(f"git knows no branch or commit '{since}' here; fetch it, or name another") from error
    try:
        return _git(root, "merge-base", commit, "HEAD").strip()
    except GitError as error:
        text = f"this branch and '{since}' have no commit in common here; fetch the whole history (fetch-depth: 0)"
        raise GitError(text) from error


def copy_or_link(source: Path | str, target: Path | str) -> None:
    """A second name for a file that nobody writes to, where the file system has such; else a copy of it."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _contents(root: Path, names: Sequence[str]) -> list[bytes]:
    """The bytes of objects, by git's names of them."""
    if not names:
        return []
    data = _run(root, "cat-file", "--batch", given="".join(f"{name}\n" for name in names).encode())
    contents = []
    at = 0
    for _ in names:
        end = data.index(b"\n", at)
        size = int(data[at:end].rsplit(b" ", 1)[-1])
        contents.append(data[end + 1 : end + 1 + size])
        at = end + size + 2
    return contents


def _git(root: Path, *arguments: str) -> str:
    return os.fsdecode(_run(root, *arguments))


def _run(root: Path, *arguments: str, given: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], input=given, capture_output=True, check=True)
    except FileNotFoundError as error:
        raise GitError("needs git, which is not installed") from error
    except subprocess.CalledProcessError as error:
        reason = os.fsdecode(error.stderr).strip().splitlines()
        raise GitError(f"git says: {reason[0] if reason else 'no'}") from error
    return done.stdout
