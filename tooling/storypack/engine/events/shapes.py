"""What a file of events is, told from its first bytes and not from its name."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from storypack.engine.errors import UnreadableFile
from storypack.engine.events.binaries import Binary, binary_of
from storypack.engine.events.formats.registry import Format, Head, format_named, recognised
from storypack.engine.events.packed import Bzip2, Damaged, Gzip, Xz, Zstd, buffered
from storypack.opening import open_plain

HEAD_BYTES = 1 << 18
UTF_8 = "utf-8-sig"
"""UTF-8, with or without a byte order mark."""


class Compression(StrEnum):
    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"


@dataclass(frozen=True, slots=True)
class Shape:
    format: Format
    compression: Compression
    encoding: str = UTF_8
    binary: bool = False
    """Its beginning is no text, as of a program or a picture."""
    known_as: Binary | None = None
    """The binary format that it is of; where there is a cure, it is not read as a log."""


def recognise(path: Path, *, csv: bool | None = None) -> Shape:
    """The shape of a file. `csv` = a sourcetype says so (True) or denies it (False); None = guess from the name's end.

    Raises UnreadableFile.
    """
    try:
        with open_plain(path) as file:
            magic = file.read(_MAGIC_BYTES)
        compression = compression_of(magic)
        with open_bytes(path, compression) as stream:
            head = _head(stream)
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror or error}") from error
    name = _PACKED_NAME.sub("", path.name.lower())
    # PowerShell and others write UTF-16
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else UTF_8
    if (known_as := binary_of(head)) is not None:
        return Shape(format_named("lines"), compression, encoding, binary=True, known_as=known_as)
    form = recognised(Head(head, head.decode(encoding, errors="replace"), name, csv))
    return Shape(form, compression, encoding, encoding == UTF_8 and not form.binary and _is_binary(head))


def _head(stream: BinaryIO) -> bytes:
    """The beginning of a file, as far as it can be read."""
    pieces, size = [], 0
    try:
        while size < HEAD_BYTES and (piece := cast(io.BufferedReader, stream).read1(HEAD_BYTES - size)):
            pieces.append(piece)
            size += len(piece)
    except Damaged:
        if not pieces:
            raise
    return b"".join(pieces)


def compression_of(head: bytes) -> Compression:
    """How a file is packed that begins with these bytes (10 at least)."""
    if head[:3] == b"BZh" and head[4:10] not in _BZIP2_BLOCKS:
        return Compression.NONE  # a text that begins with these letters
    return next((packing for begin, packing in _BEGINS if head.startswith(begin)), Compression.NONE)


_MAGIC_BYTES = 10
_BEGINS = (
    (b"\x1f\x8b", Compression.GZIP),
    (b"\x28\xb5\x2f\xfd", Compression.ZSTD),
    (b"BZh", Compression.BZIP2),
    (b"\xfd7zXZ\0", Compression.XZ),
)
_BZIP2_BLOCKS = (bytes.fromhex("314159265359"), bytes.fromhex("177245385090"))
"""How the first block of bzip2 begins, and how an empty file ends."""

_PACKED_NAME = re.compile(r"\.(?:gz|zst|bz2|xz)$")


def _is_binary(head: bytes) -> bool:
    """Whether there are signs that no log holds: NUL and its like, more than one in a hundred."""
    return len(head.translate(None, _NO_TEXT)) < 0.99 * len(head)


_NO_TEXT = bytes({*range(32)} - set(b"\t\n\v\f\r\x1b"))


def open_bytes(path: Path, compression: Compression) -> BinaryIO:
    """The decompressed bytes of a file, as a stream."""
    if compression is Compression.GZIP:
        return buffered(Gzip(path))
    if compression is Compression.ZSTD:
        return buffered(Zstd(path))
    if compression is Compression.BZIP2:
        return buffered(Bzip2(path))
    if compression is Compression.XZ:
        return buffered(Xz(path))
    return open_plain(path)


def begins_with_objects(path: Path, shape: Shape) -> bool:
    """Whether most of the first lines begin as JSON objects do."""
    with open_bytes(path, shape.compression) as stream:
        lines = cast(io.BufferedReader, stream).read1(HEAD_BYTES).removeprefix(codecs.BOM_UTF8).splitlines()
    lines = [line for line in lines if line]
    return 2 * sum(line.startswith(b"{") for line in lines) > len(lines)
