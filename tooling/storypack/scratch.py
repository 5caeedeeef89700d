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

PREFIX = "storypack-"
_LOCK = "lock"

_open: dict[Path, int] = {}
_swept: set[Path] = set()
_process: list[Path] = []


def make_folder(where: Path | None = None) -> Path:
    """A new folder that only this user can enter, in `where` or in the system's place for temporary files. It is
    removed by `remove`, else when the process ends. Raises OSError."""
    base = Path(tempfile.gettempdir()) if where is None else where
    base = base.resolve()
    if base not in _swept:
        _swept.add(base)
        sweep(base)
    if not _open:
        atexit.register(remove_all)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))  # 0700
    # Locked before it has its name: a folder without a lock is left alone by others.
    _open[folder] = _locked(folder / f".{_LOCK}", os.O_CREAT | os.O_EXCL)
    (folder / f".{_LOCK}").rename(folder / _LOCK)
    return folder


def remove(folder: Path) -> None:
    """Remove a folder that `make_folder` made, with all that it holds."""
    handle = _open.pop(folder, None)
    if handle is not None:
        _process[:] = [own for own in _process if own != folder]
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


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
        with suppress(OSError):
            about = folder.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or folder in _open:
                continue
            handle = _locked(folder / _LOCK, 0)
            try:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def _locked(path: Path, flags: int) -> int:
    """A handle that holds the lock of a file. Raises BlockingIOError where another process has it."""
    import fcntl

    handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | flags, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def _forget() -> None:
    """A fork has its parent's list: the folders are not its own to remove."""
    for handle in _open.values():
        os.close(handle)
    _open.clear()
    _process.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
