"""Archives of logs: zip, and tar in whatever packing. Their files are unpacked one by one under names of our own.

A name in an archive is never a path here: it only becomes the events' source. Links, devices and encrypted files are
left out, and what is in an archive within an archive comes out as well.
"""

from __future__ import annotations

import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from storypack.engine.errors import EngineError
from storypack.engine.events.packed import FREE_BYTES, MAX_RATIO, Damaged
from storypack.engine.events.shapes import compression_of, open_bytes
from storypack.opening import open_plain

MOST_MEMBERS = 1_000_000
MOST_DEPTH = 3
"""Archives within each other."""
HEADER_BYTES = 1 << 22
"""Bytes that may stand between two files of a tar: long names and the like."""

_PIECE = 1 << 20
_BLOCK = 512
_FAULTS = (tarfile.TarError, zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError, ValueError)
_UNSAFE = re.compile(r"[^A-Za-z0-9._:-]+")


class ArchiveError(Exception):
    """What of an archive cannot be read, and why."""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip or a tar, packed or not, by its first bytes. Raises OSError and
    UnpacksToTooMuch."""
    return _kind(path) != ""


def _kind(path: Path) -> str:
    with open_plain(path) as file:
        head = file.read(_BLOCK)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    try:
        with open_bytes(path, compression_of(head)) as stream:
            block = _read(stream, _BLOCK)
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, OSError):
        return ""
    return "tar"


def unpacked(path: Path, folder: Path, depth: int = 1) -> Iterator[tuple[Path, str]]:
    """The plain files of an archive, each as a file below `folder` and with its name within. Raises ArchiveError once
    all that can be read has come."""
    folder.mkdir(parents=True)
    left = max(FREE_BYTES, MAX_RATIO * path.stat().st_size)
    faults: list[str] = []
    try:
        for number, (name, stream) in enumerate(_members(path, faults)):
            if number >= MOST_MEMBERS:
                raise ArchiveError(f"it holds more than {MOST_MEMBERS:,} files")
            target = folder / f"{number:07}" / _file_name(name)
            target.parent.mkdir()
            left -= _copied(name, stream, target, left, faults)
            if depth < MOST_DEPTH and is_archive(target):
                inner = unpacked(target, folder / f"{number:07}-within", depth + 1)
                try:
                    yield from ((member, f"{name}!{inside}") for member, inside in inner)
                except ArchiveError as error:
                    faults.append(f"{name}: {error}")
            else:
                yield target, name
    except (*_FAULTS, EngineError) as error:
        faults.append(str(error) or type(error).__name__)
    if faults:
        raise ArchiveError(faults[0] + (f", and {len(faults) - 1:,} more" if len(faults) > 1 else ""))


def _members(path: Path, faults: list[str]) -> Iterator[tuple[str, IO[bytes]]]:
    if _kind(path) == "tar":
        yield from _tar_members(path)
        return
    with open_plain(path) as file, zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or _is_hidden(entry.filename):
                continue
            try:
                with archive.open(entry) as stream:
                    yield entry.filename, stream
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # encrypted, an unknown packing
                faults.append(str(error))


def _tar_members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with open_plain(path) as file:
        head = file.read(_BLOCK)
    with open_bytes(path, compression_of(head)) as stream:
        bounded = _Bounded(stream)
        with tarfile.open(fileobj=cast(IO[bytes], bounded), mode="r|") as tar:
            for member in tar:
                if member.isreg() and not member.issparse() and not _is_hidden(member.name):
                    content = tar.extractfile(member)
                    assert content is not None
                    bounded.left = member.size + HEADER_BYTES
                    yield member.name, content
                bounded.left = HEADER_BYTES


class _Bounded:
    """A stream of which only so many bytes are `left` to be read: a tar's headers are read into memory as a whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.left = HEADER_BYTES

    def read(self, size: int) -> bytes:
        data = _read(self._stream, size)
        self.left -= len(data)
        if self.left < 0:
            raise Damaged(f"more than {HEADER_BYTES:,} bytes stand between two of its files")
        return data


def _read(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, if there are."""
    pieces = []
    while size and (piece := stream.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _copied(name: str, stream: IO[bytes], target: Path, most: int, faults: list[str]) -> int:
    """Write a member; what stands before a fault in it stays. The bytes written."""
    written = 0
    with target.open("wb") as file:
        while True:
            try:
                piece = stream.read(_PIECE)
            except (zipfile.BadZipFile, zlib.error, LZMAError, EOFError) as error:
                faults.append(f"{name}: {error}")
                return written
            if not piece:
                return written
            written += len(piece)
            if written > most:
                raise ArchiveError(f"it unpacks to more than {MAX_RATIO} times its size")
            file.write(piece)


def _is_hidden(name: str) -> bool:
    """What systems add to archives: no more searched than hidden files of a folder."""
    return any((part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in name.split("/"))


def _file_name(name: str) -> str:
    """A name for a member's file: that of the member as far as it is harmless, for its ending tells formats apart."""
    plain = _UNSAFE.sub("_", PurePosixPath(name.replace("\\", "/")).name).lstrip(".")[-100:]
    return plain or "file"
