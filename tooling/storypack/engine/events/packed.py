"""The bytes of packed files, in pieces of bounded size: gzip (RFC 1952), zstd (RFC 8878), bzip2 and xz.

What stands before a fault is given, and then the fault is raised; checksums and lengths are checked on the way.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import zstandard

from storypack.engine.errors import UnreadableFile
from storypack.opening import open_plain

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 1 << 16
"""Packed bytes that are looked at together."""

ZSTD_PIECE = 1 << 10
"""The same of zstd, whose library sets no bound: a block of 128 KiB may take four bytes."""

FREE_BYTES, MAX_RATIO = 1 << 30, 250
"""Beyond so many bytes, a file may unpack to so many times its size at most: logs come to a tenth of that."""

_FLAG_HEADER_CRC, _FLAG_EXTRA, _FLAG_NAME, _FLAG_COMMENT = 2, 4, 8, 16
_FIXED_HEADER, _TRAILER = 10, 8


class Damaged(OSError):
    """Packed data that can be read no further, or that is not what was packed."""


class UnpacksToTooMuch(UnreadableFile):
    """A packed file that would fill memory and disk."""


class Gzip(io.RawIOBase):
    """The bytes of a gzip file's members, one after another. Raises Damaged, and UnpacksToTooMuch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open_plain(path)
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._inside = False
        self._members = 0
        self._packed = b""
        self._crc = self._length = self._total = 0
        self._fault: Damaged | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while True:
            if self._fault is not None:
                raise self._fault
            if not self._inside and not self._next_member():
                return 0
            data = self._inflated(len(view))
            if self._inflate.eof:
                self._end_member()
            if data:
                view[: len(data)] = data
                return len(data)

    def _inflated(self, size: int) -> bytes:
        """Up to `size` bytes of the member; none where more packed bytes are needed first."""
        if not self._packed:
            self._packed = self._file.read(PIECE)
            if not self._packed:
                self._fault = Damaged("it is cut off")
                return b""
        before = self._inflate.copy()
        try:
            data = self._inflate.decompress(self._packed, size)
            self._packed = self._inflate.unconsumed_tail
        except zlib.error as error:
            self._fault = Damaged(f"its packed data is damaged ({error})")
            data = _before_fault(before, self._packed, size)
        self._crc = zlib.crc32(data, self._crc)
        self._length += len(data)
        self._total += len(data)
        check_ratio(self._path, self._total)
        return data

    def _next_member(self) -> bool:
        """Go into the next member, if there is another. Zeros behind the last one are padding."""
        self._packed = (self._packed or self._file.read(PIECE)).lstrip(b"\0" if self._members else b"")
        while not self._packed:
            more = self._file.read(PIECE)
            if not more:
                return False
            self._packed = more.lstrip(b"\0")
        if not self._skip_header():
            what = "what follows its packed data is no gzip" if self._members else "its header is damaged"
            self._fault = Damaged(what)
            raise self._fault
        self._members += 1
        self._inside = True
        return True

    def _skip_header(self) -> bool:
        if (head := self._take(_FIXED_HEADER))[:3] != b"\x1f\x8b\x08":
            return False
        flags = head[3]
        if flags & _FLAG_EXTRA:
            self._take(int.from_bytes(self._take(2), "little"))
        for flag in (_FLAG_NAME, _FLAG_COMMENT):
            while flags & flag and self._take(1) not in (b"\0", b""):
                pass
        if flags & _FLAG_HEADER_CRC:
            self._take(2)
        return True

    def _take(self, size: int) -> bytes:
        while len(self._packed) < size and (more := self._file.read(PIECE)):
            self._packed += more
        taken, self._packed = self._packed[:size], self._packed[size:]
        return taken

    def _end_member(self) -> None:
        self._packed = self._inflate.unused_data
        trailer = self._take(_TRAILER)
        crc, length = int.from_bytes(trailer[:4], "little"), int.from_bytes(trailer[4:], "little")
        if len(trailer) < _TRAILER:
            self._fault = Damaged("it is cut off")
        elif crc != self._crc or length != self._length & 0xFFFFFFFF:
            self._fault = Damaged("its checksum does not match: some of its bytes were changed")
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._inside, self._crc, self._length = False, 0, 0

    def close(self) -> None:
        self._file.close()
        super().close()


def _before_fault(inflate: zlib._Decompress, packed: bytes, size: int) -> bytes:
    """What a piece gives up to the byte at which it can be read no further."""
    found = b""
    for at in range(len(packed)):
        try:
            found += inflate.decompress(packed[at : at + 1], size - len(found))
        except zlib.error:
            break
        if len(found) == size:
            break
    return found


class Zstd(io.RawIOBase):
    """The bytes of a zstd file's frames. Raises Damaged, and UnpacksToTooMuch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open_plain(path)
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._inside = False
        self._ready = memoryview(b"")
        self._total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while not self._ready:
            packed = self._file.read(ZSTD_PIECE)
            if not packed and self._inside:
                raise Damaged("its last frame is cut off")
            if not packed:
                return 0
            self._ready = memoryview(self._unpacked(packed))
            self._total += len(self._ready)
            check_ratio(self._path, self._total)
        size = min(len(view), len(self._ready))
        view[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _unpacked(self, packed: bytes) -> bytes:
        found = []
        while packed:
            self._inside = True
            try:
                found.append(self._frame.decompress(packed))
            except zstandard.ZstdError as error:
                raise Damaged(f"its packed data is damaged ({error})") from error
            packed = b""
            if self._frame.eof:
                self._inside, packed = False, self._frame.unused_data
                self._frame = zstandard.ZstdDecompressor().decompressobj()
        return b"".join(found)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Streams(io.RawIOBase):
    """The bytes of packed streams, one after another, by a decompressor of the standard library that gives no more than
    it is asked for. Raises Damaged, and UnpacksToTooMuch."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = open_plain(path)
        self._inflate = self._begin()
        self._packed = b""
        self._is_begun = False
        self._total = 0

    def _begin(self) -> bz2.BZ2Decompressor | lzma.LZMADecompressor:
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        while True:
            if self._inflate.needs_input and not self._packed:
                self._packed = self._file.read(PIECE)
                if not self._packed:
                    if self._is_begun:
                        raise Damaged("it is cut off")
                    return 0
            self._is_begun = True
            try:
                data = self._inflate.decompress(self._packed, len(view))
            except (OSError, lzma.LZMAError, EOFError, ValueError) as error:
                raise Damaged(f"its packed data is damaged ({error})") from error
            self._packed = b""
            if self._inflate.eof:
                self._packed = self._inflate.unused_data.lstrip(b"\0")
                self._inflate, self._is_begun = self._begin(), bool(self._packed)
            if data:
                self._total += len(data)
                check_ratio(self._path, self._total)
                view[: len(data)] = data
                return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class Bzip2(_Streams):
    """The bytes of a bzip2 file."""

    def _begin(self) -> bz2.BZ2Decompressor:
        return bz2.BZ2Decompressor()


XZ_MEMORY = 1 << 28
"""Bytes that an xz file may ask for to be unpacked; the strongest usual level asks for a quarter."""


class Xz(_Streams):
    """The bytes of an xz file."""

    def _begin(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)


def check_ratio(path: Path, unpacked: int) -> None:
    """Raises UnpacksToTooMuch for so many bytes out of a file."""
    if unpacked <= FREE_BYTES:
        return
    packed = path.stat().st_size
    if unpacked > MAX_RATIO * packed:
        raise UnpacksToTooMuch(
            f"{path} unpacks to more than {MAX_RATIO} times its {packed:,} bytes, which no log does; if this one does, "
            "unpack it first"
        )


def buffered(raw: io.RawIOBase) -> BinaryIO:
    return io.BufferedReader(raw, PIECE)
