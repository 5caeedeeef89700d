"""What may be opened: plain files only, and of a pack only what lies inside its folder.

A name that somebody else chose may lead to a pipe or a device, where reading never ends, or by a link or `..` to a file
that is none of the pack's business. Every stage that reads a file by such a name opens it here.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# A pipe that nobody writes to would keep `open` waiting for ever.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file", errno.EISDIR),
    (stat.S_ISFIFO, "is a pipe, not a file", errno.EINVAL),
    (stat.S_ISSOCK, "is a socket, not a file", errno.EINVAL),
    (stat.S_ISCHR, "is a device, not a file", errno.EINVAL),
    (stat.S_ISBLK, "is a device, not a file", errno.EINVAL),
)


class LeadsOut(OSError):
    """A name that leads out of the folder in which it should lie."""


class TooLarge(OSError):
    """A file of more bytes than whoever reads it takes."""


def open_plain(path: Path, root: Path | None = None) -> BinaryIO:
    """A plain file, to read its bytes. With a `root`, it must lie inside that folder, wherever links lead.

    Raises OSError with a reason that names no path: the file is missing, cannot be read, is a folder, pipe, socket or
    device; `LeadsOut` where it lies outside of `root`.
    """
    real = path if root is None else inside(root, path)
    handle = os.open(real, _FLAGS)
    try:
        mode = os.fstat(handle).st_mode
        for is_kind, reason, number in _KINDS:
            if is_kind(mode):
                raise OSError(number, reason, str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_plain(path: Path, root: Path | None = None, *, limit: int | None = None) -> bytes:
    """The bytes of a plain file. Raises what `open_plain` does, and TooLarge beyond `limit` bytes."""
    with open_plain(path, root) as file:
        if limit is None:
            return file.read()
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(errno.EFBIG, f"is larger than {limit // 1024 // 1024} MiB", str(path))
    return data


def is_plain(path: Path, root: Path | None = None) -> bool:
    """Whether `open_plain` would open it, as far as can be told without opening it."""
    try:
        return stat.S_ISREG(os.stat(path if root is None else inside(root, path)).st_mode)  # noqa: PTH116 - one call
    except (OSError, ValueError):
        return False


def inside(root: Path, path: Path) -> Path:
    """The real path of a file of a folder. Raises LeadsOut, and OSError where links lead in a circle or nowhere."""
    try:
        real = path.resolve(strict=True)
        base = root.resolve(strict=True)
    except RuntimeError as error:  # a circle of links, before Python 3.13
        raise OSError(errno.ELOOP, "is a link that leads to itself", str(path)) from error
    if not real.is_relative_to(base):
        kind = "is a link that leads out of the pack" if path.is_symlink() else "leads out of the pack"
        raise LeadsOut(errno.EACCES, kind, str(path))
    return real


def folder_of(root: Path, name: str) -> Path:
    """A folder of a pack, to write into, which need not be there. Raises LeadsOut where it is a link out of the pack:
    a pack that somebody else made does not choose where our files go."""
    folder = root / name
    return inside(root, folder) if folder.is_symlink() else folder


def real(path: Path) -> Path:
    """The path without links, also of what is not there. A circle of links stays as it is: `Path.resolve` raises no
    OSError for one before Python 3.13."""
    return Path(os.path.realpath(path))
