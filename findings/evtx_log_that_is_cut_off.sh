#!/usr/bin/env bash
# The evtx library (Rust, by its Python wheel) on an event log that is cut off: the records of the last chunk that lie
# whole before the cut do not come, and there is no error, so a reader takes a copy that broke off for the whole log.
# Filled up with zeros to the length of a chunk, the same bytes give those records, and an error for the one that is cut.
# Seen with evtx 0.14.0, a log of two chunks (1 and 4 records), cut inside the fifth record: 1 record and no error as it is,
# 4 records filled up.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/lib" evtx==0.14.0
cat > "$folder/probe.py" <<'PY'
"""Writes a small log of its own (binary XML without templates), and reads it whole, cut off, and filled up."""

import io
import struct
import sys
import zlib

from evtx import PyEvtxParser

CHUNK, CHUNK_HEADER, FILE_HEADER = 1 << 16, 512, 4096


def name(text: str) -> bytes:
    value = 0
    for sign in text:
        value = (value * 65599 + ord(sign)) & 0xFFFFFFFF
    return struct.pack("<IHH", 0, value & 0xFFFF, len(text)) + text.encode("utf-16-le") + b"\0\0"


def event(at: int) -> bytes:
    """<Event>text</Event>, its first byte at a place of the chunk."""
    text = "x" * 100
    body = name("Event") + b"\x02" + struct.pack("<BBH", 5, 1, len(text)) + text.encode("utf-16-le") + b"\x04"
    return struct.pack("<BII", 1, len(body) + 4, at + 9) + body


def chunk(first: int, count: int) -> bytes:
    records, at, last = b"", CHUNK_HEADER, 0
    for number in range(first, first + count):
        body = b"\x0f\x01\x01\x00" + event(at + 28) + b"\x00"
        size = (24 + len(body) + 4 + 7) // 8 * 8
        record = struct.pack("<4sIQQ", b"**\0\0", size, number, 133_000_000_000_000_000) + body
        records += record.ljust(size - 4, b"\0") + struct.pack("<I", size)
        last, at = at, at + size
    ids = (first, first + count - 1)
    head = struct.pack("<8sQQQQIIII", b"ElfChnk\0", *ids, *ids, 128, last, at, zlib.crc32(records)).ljust(120, b"\0")
    head += struct.pack("<II", 1, zlib.crc32(head + bytes(384))) + bytes(384)
    return (head + records).ljust(CHUNK, b"\0")


def log() -> bytes:
    head = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, 1, 6, 128, 1, 3, FILE_HEADER, 2).ljust(120, b"\0")
    return (head + struct.pack("<II", 0, zlib.crc32(head))).ljust(FILE_HEADER, b"\0") + chunk(1, 1) + chunk(2, 4)


def read(data: bytes) -> str:
    records, seen, errors = PyEvtxParser(io.BytesIO(data)).records(), 0, 0
    while True:
        try:
            next(records)
            seen += 1
        except StopIteration:
            return f"{seen} records, {errors} errors"
        except RuntimeError:
            errors += 1


whole = log()
begin = FILE_HEADER + CHUNK + CHUNK_HEADER
size = int.from_bytes(whole[begin + 4 : begin + 8], "little")
cut = whole[: begin + 3 * size + 40]  # inside the fourth record of the second chunk
seen = {"whole": read(whole), "cut off": read(cut), "filled up": read(cut.ljust(len(whole), b"\0"))}
for what, result in seen.items():
    print(f"{what}: {result}")
expected = {"whole": "5 records, 0 errors", "cut off": "1 records, 0 errors", "filled up": "4 records, 1 errors"}
sys.exit(0 if seen == expected else f"expected {expected}")
PY
PYTHONPATH="$folder/lib" python3 "$folder/probe.py"
