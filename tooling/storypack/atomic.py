"""Files that are there whole or not at all: a reader, a signal or a power cut finds the old file or the new one.

The new file is written beside the old one, under a name that nobody can foresee, and takes its place once on disk.
A link, pipe, device or folder in that place is refused, not written through.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_LONGEST = 100  # characters of the file's name in the temporary one; a whole name has at most 255 bytes

_unfinished: set[Path] = set()


@contextmanager
def replacing(
    path: Path, *, mode: int | None = None, durable: bool = True, anything: bool = False
) -> Iterator[BinaryIO]:
    """A file to write bytes to, which takes the place of `path` when the block ends well; the block's exception leaves
    what was there before. Its rights are `mode`, else those of the file in that place, else those of any new file.
    `durable` = a power cut may not undo it; `anything` = a link, pipe or device in that place is replaced, too.

    Raises OSError: the folder cannot be written, or `path` is something else than a plain file.
    """
    before = None if anything else _mode_of_plain(path)
    temporary = path.with_name(f".{path.name[:_LONGEST]}.{os.urandom(8).hex()}.tmp")
    _unfinished.add(temporary)
    try:
        private = mode is not None or before is not None  # until it has the rights that it shall have
        handle = os.open(temporary, _FLAGS, 0o600 if private else 0o666)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if (rights := before if mode is None else mode) is not None:
            temporary.chmod(rights)
        temporary.replace(path)
        if durable:
            _sync_folder(path.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()
        _unfinished.discard(temporary)


def write_whole(
    path: Path, data: bytes, *, mode: int | None = None, durable: bool = True, anything: bool = False
) -> None:
    """Write a file in one step. Raises as `replacing` does."""
    with replacing(path, mode=mode, durable=durable, anything=anything) as file:
        file.write(data)


def remove_unfinished() -> None:
    """Remove what this process has begun to write: for an end that runs no `finally`."""
    for path in list(_unfinished):
        with suppress(OSError):
            path.unlink()


def _mode_of_plain(path: Path) -> int | None:
    """The rights of the file that is there; None for none."""
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISREG(about.st_mode):
        return stat.S_IMODE(about.st_mode) & 0o777
    kind = "a link" if stat.S_ISLNK(about.st_mode) else "a folder" if stat.S_ISDIR(about.st_mode) else "no plain file"
    raise OSError(errno.EINVAL, f"is {kind}, and is not written over", str(path))


def _sync_folder(folder: Path) -> None:
    """Have the new name on disk, too. Windows opens no folders, some network drives sync none: there the file is."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unfinished.clear)
