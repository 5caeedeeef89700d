"""Whether zstd files (RFC 8878) are whole. The libraries end at a cut frame without a word."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import zstandard

from storypack.opening import open_plain

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_LONGEST_HEADER = 18
_RUN_LENGTH = 1  # a block of one byte, repeated
_CHECKSUM_BYTES = 4


def is_whole(path: Path) -> bool:
    """Whether a file's frames reach their ends: told from the lengths of their blocks, without unpacking any."""
    size = path.stat().st_size
    with open_plain(path) as file:
        while file.tell() < size:
            if not _skip_frame(file):
                return False
        return file.tell() == size


def _skip_frame(file: BinaryIO) -> bool:
    """Go to the end of a frame, which may lie behind the file's; False for what is none."""
    begin = file.tell()
    head = file.read(_LONGEST_HEADER)
    if len(head) >= 8 and int.from_bytes(head[:4], "little") in _SKIPPABLE:
        file.seek(begin + 8 + int.from_bytes(head[4:8], "little"))
        return True
    if not head.startswith(_MAGIC):
        return False
    try:
        file.seek(begin + zstandard.frame_header_size(head))
        has_checksum = zstandard.get_frame_parameters(head).has_checksum
    except zstandard.ZstdError:
        return False
    while len(block := file.read(3)) == 3:
        described = int.from_bytes(block, "little")
        is_last, kind, length = described & 1, described >> 1 & 3, described >> 3
        file.seek(1 if kind == _RUN_LENGTH else length, io.SEEK_CUR)
        if is_last:
            file.seek(_CHECKSUM_BYTES if has_checksum else 0, io.SEEK_CUR)
            return True
    return False
