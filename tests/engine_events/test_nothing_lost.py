"""Files that DuckDB's reader of lines gets wrong without a word: all events are there, or what is missing is said."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import zstandard

from storypack.engine.errors import UnreadableEvents
from storypack.engine.events import cutting, inspection, packed, reading
from storypack.engine.events.inspection import Inspection
from storypack.engine.events.origin import EventFile
from storypack.engine.events.packed import Gzip, UnpacksToTooMuch
from storypack.engine.events.reading import read_events
from storypack.engine.events.shapes import Compression, recognise
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search

LINES = 20_000
LONG = 34 << 20
PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": lambda data: gzip.compress(data, 1),
    "zstd": zstandard.ZstdCompressor().compress,
}


def events_of(path: Path) -> tuple[int, list[int], str]:
    """How many events a file has, the lengths of those beyond 1,000 characters, and the word on damage."""
    with duckdb.connect() as connection:
        (events,) = read_events(connection, [EventFile(path)])
        rows = connection.execute(f"SELECT length(_raw) FROM ({events.sql})").fetchall()
    assert len(rows) == events.count
    return len(rows), [length for (length,) in rows if length > 1_000], events.damage


def lines(count: int = LINES) -> bytes:
    return b"".join(b'{"n":%d,"of":"%x"}\n' % (n, n * 7919 % 65521) for n in range(count))


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("where", ["alone", "alone, ended", "last", "last, ended", "before blank lines", "between"])
def test_a_line_beyond_the_readers_buffer_is_an_event(tmp_path: Path, kind: str, where: str) -> None:
    long = b"x" * LONG
    parts = {
        "alone": [long],
        "alone, ended": [long, b"\n"],
        "last": [lines(), long],
        "last, ended": [lines(), long, b"\n"],
        "before blank lines": [lines(), long, b"\r\n\n\n"],
        "between": [lines(), long, b"\n", lines()],
    }[where]
    path = tmp_path / "log"
    path.write_bytes(PACK[kind](b"".join(parts)))
    count, lengths, damage = events_of(path)
    assert lengths == [LONG]
    assert count == 1 + LINES * parts.count(lines())
    assert not damage


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("end", [b"", b"\n", b"\n" + lines()])
def test_a_line_beyond_the_readers_buffer_in_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, end: bytes
) -> None:
    """It is read in haste, and once more with care."""
    monkeypatch.setattr(reading, "THOROUGH_BYTES", 0)
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    path = tmp_path / "log"
    path.write_bytes(PACK[kind](lines() + b"x" * LONG + end))
    with FileSource([EventFile(path, "any", "log")], Knowledge(), clock=0.0, hasty=True) as source:
        if kind == "plain" and not end.strip():
            assert not source.faults()  # seen before the search, by looking at the last line
        elif not end.strip():
            assert "16 MiB" in source.faults()[path]
            source.settle()
        else:
            with pytest.raises(UnreadableEvents):
                search("stats count", source)
            source.settle()
        assert not source.faults()
        assert search("stats count", source).rows == [{"count": LINES + 1 + (LINES if end.strip() else 0)}]


def test_the_length_of_the_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "LONG_LINE", 1000)
    monkeypatch.setattr(inspection, "_PIECE", 64)
    for before in (b"", b"a\n", b"a\r\n" * 500):
        for size in (10, 900, 1100, 5000):
            for end in (b"", b"\n", b"\r\n", b"\n\n\n"):
                path = tmp_path / "log"
                path.write_bytes(before + b"x" * size + end)
                assert inspection.ends_long(path) == (size > 1000), (before[:3], size, end)
                path.write_bytes(gzip.compress(path.read_bytes()))
                findings = Inspection(path, Compression.GZIP).findings()
                assert findings
                assert findings.has_long == (size > 1000)
                assert findings.text_bytes == size + before.count(b"a")


@pytest.mark.parametrize("large", [False, True])
def test_every_changed_bit_of_a_gzip_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool) -> None:
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    if large:
        monkeypatch.setattr(reading, "THOROUGH_BYTES", 0)
    chance = random.Random(7)
    whole = b"".join(b'{"n":%d,"of":"%x"}\n' % (n, chance.getrandbits(64)) for n in range(5_000))
    data = gzip.compress(whole)
    path = tmp_path / "events.gz"
    for _ in range(12):
        changed = bytearray(data)
        changed[chance.randrange(20, len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        with FileSource([EventFile(path, "any", "log")], Knowledge(), clock=0.0, hasty=large) as source:
            if large:
                assert source.faults()
                source.settle()
            assert not source.faults()
            assert list(source.damaged) == [path]
            assert search("stats count", source).rows[0]["count"] == source.count


def test_all_before_a_fault_is_given(tmp_path: Path) -> None:
    """To the byte: what is lost is what cannot be known."""
    whole = random.Random(3).randbytes(300_000)
    data = gzip.compress(whole)
    path = tmp_path / "data.gz"
    for size in (len(data) - 1, len(data) - 8, len(data) - 9, len(data) // 2, 70_000, 30):
        path.write_bytes(data[:size])
        found, fault = read_all(path)
        assert whole.startswith(found)
        assert len(found) >= min(len(whole), size - 200)
        assert fault == "it is cut off"


CHANGED = "its checksum does not match: some of its bytes were changed"


@pytest.mark.parametrize(
    ("data", "found", "fault"),
    [
        (gzip.compress(b"a\n") + gzip.compress(b"b\n"), b"a\nb\n", ""),
        (gzip.compress(b"a\n") + bytes(100_000), b"a\n", ""),
        (gzip.compress(b"a\n") + bytes(600) + gzip.compress(b"b\n"), b"a\nb\n", ""),
        (gzip.compress(b"a\n") + b"rubbish", b"a\n", "what follows its packed data is no gzip"),
        (
            gzip.compress(b"a\n")[:-4] + b"\x09\0\0\0",
            b"a\n",
            "its checksum does not match: some of its bytes were changed",
        ),
        (gzip.compress(b""), b"", ""),
        (b"\x1f\x8b\x08\x1e" + bytes(6) + b"\x03\0abcname\0comment\0??" + gzip.compress(b"a\n")[10:], b"a\n", ""),
    ],
    ids=["members", "padding", "padding between", "rubbish", "length", "empty", "all header fields"],
)
def test_what_gzip_files_hold(tmp_path: Path, data: bytes, found: bytes, fault: str) -> None:
    path = tmp_path / "data.gz"
    path.write_bytes(data)
    assert read_all(path) == (found, fault)


def read_all(path: Path) -> tuple[bytes, str]:
    found = b""
    with Gzip(path) as raw:
        while True:
            try:
                piece = raw.read(7_000)
            except packed.Damaged as error:
                return found, str(error)
            if not piece:
                return found, ""
            found += piece


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whether DuckDB reads it or we do; and an ordinary file is not."""
    monkeypatch.setattr(packed, "FREE_BYTES", 1 << 20)
    path = tmp_path / "log.gz"
    for small in (0, 1 << 30):
        monkeypatch.setattr(reading, "SMALL_BYTES", small)
        bomb = (b"x" * 1_000 + b"\n") * 20_000
        path.write_bytes(gzip.compress(bomb) if kind == "gzip" else zstandard.compress(bomb))
        with pytest.raises(UnpacksToTooMuch, match=r"log\.gz unpacks to more than 250 times its"):
            events_of(path)
        path.write_bytes(PACK[kind](lines(100_000)))
        assert events_of(path)[0] == 100_000


def test_pieces_are_bounded(tmp_path: Path) -> None:
    """However much a few bytes unpack to."""
    path = tmp_path / "data.zst"
    path.write_bytes(zstandard.compress(bytes(1 << 28)))
    with packed.Zstd(path) as raw:
        assert len(raw.read(1 << 16)) == 1 << 16
        assert len(raw._ready) <= 33 << 20


A, B = '{"eventName":"GetObject","n":1}', '{"eventName":"PutObject","n":2}'
WIDE = json.dumps({"eventName": "x" * 100_000})


@pytest.mark.parametrize(
    ("content", "raws"),
    [
        ('{"Records":[%s,%s]}', [WIDE, B]),
        ('{ "Records" : [ %s , %s ] }', [WIDE, B]),
        ('{\t"Records":\t[\t%s,%s]}', [WIDE, B]),
        ('\n\n  {"Records"\n:\n[%s\n,%s]\n}\n', [WIDE, B]),
        ('{"Records":\n[%s,\n%s]}', [WIDE, B]),
        ("[ %s, %s ]", [WIDE, B]),
    ],
)
def test_an_envelope_with_long_lines_is_opened(tmp_path: Path, content: str, raws: list[str]) -> None:
    path = tmp_path / "trail.json"
    path.write_text(content % (WIDE, B), encoding="utf-8")
    shape = recognise(path)
    assert shape.format.name == "json"
    found = [event.raw for event in cutting.cut(path, shape)]
    assert found == raws


def test_an_event_that_only_looks_like_an_envelope_is_an_event(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    for raw in (
        '{"Records":[{"a":1}],"batch":7}',
        '{"Records":[1,2,3]}',
        '{"Records":"none"}',
        '{"kind":1,"Records":[]}',
    ):
        path.write_text(f"{raw}\n{raw}\n", encoding="utf-8")
        found = [event.raw for event in cutting.cut(path, recognise(path))]
        assert found == [raw, raw]
