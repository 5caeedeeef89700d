"""TRUNCATE counts bytes, before the time is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search

from .indexed import Indexed

DAY = 1_795_132_800.0  # 2026-11-20 00:00:00 UTC


@pytest.mark.parametrize(
    ("most", "raw", "event"),
    [
        (10, "abcdefghijkl", "abcdefghij"),
        (4, "aäöü", "aä"),  # 1 + 2 bytes; the next character would be split
        (5, "aäöü", "aäö"),
        (7, "aäöü", "aäöü"),
        (0, "a" * 20_000, "a" * 20_000),
    ],
)
def test_bytes_of_an_event(indexed: Indexed, most: int, raw: str, event: str) -> None:
    assert indexed.raws(f"TRUNCATE = {most}", raw) == [event]


def test_unless_said_otherwise_10000_bytes(indexed: Indexed) -> None:
    assert [len(event) for event in indexed.raws("SHOULD_LINEMERGE = false", "a" * 10_001)] == [10_000]
    assert "1 of 1 events in raw.log were cut (TRUNCATE)" in indexed.notes


def test_the_time_is_read_of_what_is_left(indexed: Indexed) -> None:
    assert indexed.times("TRUNCATE = 10", "2026-11-20 10:00:00 x") == [DAY]


def test_a_cut_event_says_so(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nTRUNCATE = 3\nSHOULD_LINEMERGE = false\n")
    rows = indexed.rows("_raw, meta", "abcd\nabc\n")
    assert [(row["_raw"], row.get("meta")) for row in rows] == [("abc", "truncated"), ("abc", None)]
    assert len(indexed.search("search meta::truncated", "abcd\nabc\n").rows) == 1


def test_lines_of_a_large_file_stay_with_duckdb(indexed: Indexed, tmp_path: Path) -> None:
    """Settings that leave lines as they are cost a large file nothing."""
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = false\nTRUNCATE = 30\n")
    lines = [f"2026-11-20T10:00:00Z {number:06} {'x' * 40}" for number in range(6_000)]
    path = tmp_path / "large.log"
    path.write_text("\n".join(lines) + "\nshort\n", encoding="utf-8")
    with FileSource([EventFile(path, "x")], load_knowledge([indexed.folder]), clock=0.0) as source:
        assert source.events[0].streamed
        found = search("stats count by _time, _raw | sort - _raw | head 2", source).rows
    assert [(row["_time"], row["_raw"]) for row in found] == [
        (DAY + 36_000, "short"),
        (DAY + 36_000, "2026-11-20T10:00:00Z 005999 xx"),
    ]
