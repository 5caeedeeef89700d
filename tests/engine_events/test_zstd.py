"""zstd files: whole, of several frames, cut off anywhere."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest
import zstandard

from storypack.engine.events import reading
from storypack.engine.events.origin import EventFile
from storypack.engine.events.packed import Damaged, Zstd
from storypack.engine.events.reading import read_events
from storypack.engine.events.zstd import is_whole

LINES = "".join(f'{{"n":{n},"of":"{n * 7919 % 65521:x}"}}\n' for n in range(20_000)).encode()
RUN = b'{"a":"' + b"x" * 300_000 + b'"}\n'
SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"


def packed(data: bytes, *, checksum: bool = False, size: bool = True) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=checksum, write_content_size=size).compress(data)


@pytest.mark.parametrize(
    "data",
    [
        packed(LINES),
        packed(RUN),
        packed(LINES, checksum=True),
        packed(LINES, size=False),
        packed(LINES) + packed(RUN, checksum=True),
        SKIPPABLE + packed(RUN) + SKIPPABLE,
        packed(b""),
    ],
    ids=["blocks", "a run", "checksum", "no size", "two frames", "skippable", "empty"],
)
def test_whole_and_cut_files(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "data.zst"
    path.write_bytes(data)
    assert is_whole(path)
    cuts = {*range(1, min(len(data), 40)), *range(40, len(data), 997), *range(max(len(data) - 20, 1), len(data))}
    ends = [0, 13, len(packed(LINES)), len(data) - 13]  # a file may well end between two frames
    for cut in cuts - {end for end in ends if data[:end] in (packed(LINES), SKIPPABLE, data[:-13])}:
        path.write_bytes(data[:cut])
        assert not is_whole(path), cut


@pytest.mark.parametrize("data", [packed(LINES) + b"junk", b"\x28\xb5\x2f\xfd", b"junk"])
def test_what_is_no_frame(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "data.zst"
    path.write_bytes(data)
    assert not is_whole(path)


def test_the_bytes_before_a_cut_are_read(tmp_path: Path) -> None:
    path = tmp_path / "data.zst"
    path.write_bytes(packed(LINES) + packed(LINES)[:-3])
    reader, found = io.BufferedReader(Zstd(path)), b""
    with reader, pytest.raises(Damaged, match="cut off"):
        while piece := reader.read1(1 << 16):
            found += piece
    assert found.startswith(LINES)
    assert (LINES + LINES).startswith(found)


@pytest.mark.parametrize("small_bytes", [0, 1 << 30], ids=["streamed", "held"])
def test_a_cut_is_told(tmp_path: Path, small_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one behind a whole line, where no broken one gives it away."""
    monkeypatch.setattr(reading, "SMALL_BYTES", small_bytes)
    path = tmp_path / "events.zst"
    compressor = zstandard.ZstdCompressor().compressobj()
    flushed = compressor.compress(LINES) + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    path.write_bytes(flushed)
    with duckdb.connect() as connection:
        (events,) = read_events(connection, [EventFile(path)])
    assert events.count == 20_000
    assert events.broken == 0
    assert "cut off" in events.damage
