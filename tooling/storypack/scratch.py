"""Folders for what does not fit into memory: private, with a name that nobody can foresee, gone with their process.

Each holds a file that its process keeps locked. A folder whose lock is free belongs to a process that was killed before
it could remove it; the next one that makes a folder removes it.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from storypack.opening import real

if TYPE_CHECKING:
    from filelock import FileLock

PREFIX = "storypack-"
_LOCK, _READY = "lock", "ready"

_open: dict[Path, FileLock] = {}
_swept: set[Path] = set()
_process: list[Path] = []


def make_folder(where: Path | None = None) -> Path:
    """A new folder that only this user can enter, in `where` or in the system's place for temporary files. It is
    removed by `remove`, else when the process ends. Raises OSError."""
    base = Path(tempfile.gettempdir()) if where is None else where
    base = real(base)
    if base not in _swept:
        _swept.add(base)
        sweep(base)
    if not _open:
        atexit.register(remove_all)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))  # 0700
    _open[folder] = _locked(folder / _LOCK)
    (folder / _READY).touch(0o600)  # others leave a folder alone that is not locked yet
    return folder


def remove(folder: Path) -> None:
    """Remove a folder that `make_folder` made, with all that it holds."""
    lock = _open.pop(folder, None)
    if lock is not None:
        _process[:] = [own for own in _process if own != folder]
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)  # Windows removes no file that is locked


def remove_all() -> None:
    """Remove all folders of this process; those of a process that it was forked from stay."""
    for folder in list(_open):
        remove(folder)


def process_folder(where: Path | None = None) -> Path:
    """One folder for all of this process; `where` (see `make_folder`) holds for whoever asks first."""
    if not _process:
        _process.append(make_folder(where))
    return _process[0]


@contextmanager
def scratch(where: Path | None = None) -> Iterator[Path]:
    """A folder as long as the block lasts."""
    folder = make_folder(where)
    try:
        yield folder
    finally:
        remove(folder)


def sweep(base: Path | None = None) -> None:
    """Remove the folders of this user whose processes were killed."""
    for folder in (Path(tempfile.gettempdir()) if base is None else base).glob(f"{PREFIX}*"):
        with suppress(OSError):  # filelock.Timeout is one
            if folder in _open or not _is_ours(folder) or not stat.S_ISREG((folder / _READY).lstat().st_mode):
                continue
            lock = _locked(folder / _LOCK)
            try:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                lock.release()


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder of this user, and no link. Where files have no owners, every folder is."""
    about = folder.lstat()
    return stat.S_ISDIR(about.st_mode) and (not hasattr(os, "getuid") or about.st_uid == os.getuid())


def _locked(path: Path) -> FileLock:
    """The lock of a file, acquired. Raises filelock.Timeout where another process has it, and OSError."""
    from filelock import FileLock

    lock = FileLock(path, mode=0o600, blocking=False, thread_local=False)
    lock.acquire()
    return lock


def _forget() -> None:
    """A fork has its parent's list: the folders are not its own to remove. Their locks know that by themselves."""
    _open.clear()
    _process.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
