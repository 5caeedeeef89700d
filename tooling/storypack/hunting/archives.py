"""Archives of logs: tar (plain, gzip, bzip2, xz) and zip, their files unpacked one by one under names of our own.

A name in an archive is never a path here: it only becomes the events' source.
"""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path
from typing import IO

MOST_TIMES, FREE_BYTES = 200, 1 << 30
"""An archive may unpack to so many times its size, and to FREE_BYTES in any case."""
MOST_MEMBERS = 1_000_000
_PIECE = 1 << 20
_FAULTS = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError, ValueError)


class ArchiveError(Exception):
    """An archive that cannot be read to its end, and why."""


def is_archive(path: Path) -> bool:
    """Whether a file is an archive, by its first bytes (or, for a tar, by its header's checksum)."""
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK\x03\x04"):
        return True
    named = path.name.lower().endswith((".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz"))
    if not named and head[257:262] != b"ustar":
        return False
    try:
        return tarfile.is_tarfile(path)
    except _FAULTS:
        return False


def unpacked(path: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """The plain files of an archive, each as a file of `folder` and with its name within. Raises ArchiveError."""
    folder.mkdir(parents=True)
    left = max(FREE_BYTES, MOST_TIMES * path.stat().st_size)
    try:
        for number, (name, stream) in enumerate(_members(path)):
            if number >= MOST_MEMBERS:
                raise ArchiveError(f"it holds more than {MOST_MEMBERS:,} files")
            target = folder / f"{number:07}{_ending(name)}"
            with target.open("wb") as file:
                left -= _copy(stream, file, left)
            yield target, name
    except _FAULTS as error:
        raise ArchiveError(str(error) or type(error).__name__) from error


def _members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    with archive.open(entry) as stream:
                        yield entry.filename, stream
        return
    with tarfile.open(path, "r|*") as tar:
        for member in tar:
            if member.isreg() and (found := tar.extractfile(member)) is not None:
                yield member.name, found


def _copy(stream: IO[bytes], file: IO[bytes], most: int) -> int:
    written = 0
    while piece := stream.read(_PIECE):
        written += len(piece)
        if written > most:
            raise ArchiveError(f"it unpacks to more than {MOST_TIMES} times its size")
        file.write(piece)
    return written


def _ending(name: str) -> str:
    """The endings of a name, by which some formats are told (.csv, .evtx, .log.gz)."""
    ending = "".join(Path(name).suffixes[-2:]).lower()
    return ending if ending.replace(".", "").isalnum() and len(ending) < 20 else ""
