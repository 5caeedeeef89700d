"""`_time`: settings, forms without settings, and what stands in for a time that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.events.reading import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search

from .indexed import CHANGED, NOW, Indexed

TEN = 1_795_168_800.0  # 2026-11-20 10:00:00 UTC
FORMS = [
    ("2026-11-20T10:00:00Z x", TEN),
    ("2026-11-20 10:00:00 x", TEN),
    ("2026-11-20T10:00:00.123Z x", TEN + 0.123),
    ("2026-11-20T10:00:00.123456 x", TEN + 0.123456),
    ("2026-11-20T10:00:00.123456789Z x", TEN + 0.123456),
    ("2026-11-20T12:00:00+0200 x", TEN),
    ("2026-11-20T12:00:00+02:00 x", TEN),
    ("2026-11-20 12:00:00 +0200 x", TEN),
    ("2026-11-20 05:00:00 EST x", TEN),
    ("2026/11/20 10:00:00 x", TEN),
    ("20-Nov-2026 10:00:00.137 client", TEN + 0.137),
    ("20/Nov/2026:10:00:00 +0000 x", TEN),
    ("11/20/2026 10:00:00 AM x", TEN),
    ("1/2/2026 1:02:03 PM x", 1_767_358_923.0),
    ("Nov 20, 2026 10:00:00 AM x", TEN),
    ("Nov 2, 2026 10:00:00 x", TEN - 18 * 86_400),
    ("Fri Nov 20 10:00:00 2026 x", TEN),
    ("Nov 20 10:00:00 host x", TEN),
    ("Dec 20 10:00:00 host x", TEN - 335 * 86_400),  # of the year before: it would lie a month ahead
    ("<134>Nov 20 10:00:00 host x", TEN),
    ("<134>1 2026-11-20T10:00:00Z host x", TEN),
    ("type=SYSCALL msg=audit(1795168800.500:7): x", TEN + 0.5),
    ("date=2026-11-20 time=10:00:00 devname=x", TEN),
    ("1795168800 x", TEN),
    ("1795168800.25 x", TEN + 0.25),
    ("1795168800.25:77 x", TEN + 0.25),
    ("1795168800:0;ls", TEN),
    ("1795168800250 x", TEN + 0.25),
    ("1795168800250000 x", TEN + 0.25),
    ("1795168800250000000 x", TEN + 0.25),
    ("a=b ts=1795168800.25 x", TEN + 0.25),
    ('{"a": "2020-01-01T00:00:00Z", "@timestamp": "2026-11-20T10:00:00Z"}', TEN),
    ('{"a": "2020-01-01T00:00:00Z", "timestamp": "2026-11-20T10:00:00.5Z"}', TEN + 0.5),
    ('{"a": "%s", "time": 1795168800.25}' % ("x" * 200), TEN + 0.25),
    ('{"ts": 1795168800250}', TEN + 0.25),
    ('{"__REALTIME_TIMESTAMP": "1795168800250000"}', TEN + 0.25),
    ('{"CreationDate": "11/20/2026 10:00:00 AM"}', TEN),
    ('{"TimeCreated": "/Date(1795168800250)/"}', TEN + 0.25),
    ('{"eventTime": "2026-11-20T10:00:00Z", "eventName": "%s"}' % ("x" * 200), TEN),
]
NONE = [
    "2 bytes 1795168800 and 1234567890",  # counts
    "id 17951688001 x",
    "uptime 3 days",
    "10.11.12.13 said 1.2",
    "00:11:22:33:44:55 is an address",
]


@pytest.mark.parametrize(("event", "time"), FORMS)
def test_forms_that_are_read_without_settings(indexed: Indexed, event: str, time: float) -> None:
    """With the ingest stage, and by DuckDB."""
    assert indexed.times("TRUNCATE = 0", event) == [pytest.approx(time, abs=2e-6)]
    assert indexed.times("EXTRACT-x = (?<x>x)", event) == [pytest.approx(time, abs=2e-6)]


@pytest.mark.parametrize("event", NONE)
def test_what_is_no_time(indexed: Indexed, event: str) -> None:
    assert indexed.times("TRUNCATE = 0", event) == [CHANGED]
    assert indexed.times("EXTRACT-x = (?<x>x)", event) == [CHANGED]
    assert indexed.notes == [
        "1 of 1 events in raw.log shows no time; it was given that of the event before, or where there is none, the "
        "file's own (2026-11-19T12:00:00Z)"
    ]


@pytest.mark.parametrize(
    ("props", "event", "time"),
    [
        ("TIME_PREFIX = end=\nTIME_FORMAT = %Y%m%d%H%M%S", "start=20200101000000 end=20261120100000", TEN),
        ("TIME_FORMAT = %b %d %H:%M:%S", "Nov 20 10:00:00 x", TEN),
        ("TIME_FORMAT = %b %d %H:%M:%S", "Dec 20 10:00:00 x", TEN - 335 * 86_400),  # not a month ahead
        ("TIME_FORMAT = %j %H:%M:%S", "354 10:00:00 x", TEN - 335 * 86_400),
        ("TIME_FORMAT = %Y %b %d %H:%M:%S", "2026 Dec 20 10:00:00 x", TEN + 30 * 86_400),
        ("TIME_PREFIX = t=\nTIME_FORMAT = %s", "t=1795168800 x", TEN),
        ("TIME_PREFIX = t=\nTIME_FORMAT = %s%3N", "t=1795168800250 x", TEN + 0.25),
        ("TIME_PREFIX = t=\nTIME_FORMAT = %s%Q", "t=1795168800250 x", TEN + 0.25),
        ("TIME_PREFIX = t=\nTIME_FORMAT = %s%6N", "t=1795168800250000 x", TEN + 0.25),
        ("TIME_PREFIX = t=\nTIME_FORMAT = %s%9N", "t=1795168800250000000 x", TEN + 0.25),
        ("TIME_FORMAT = %Y-%m-%d %H:%M:%S.%3N", "2026-11-20 10:00:00.250 x", TEN + 0.25),
        ("TZ = America/New_York", "2026-11-20 05:00:00 x", TEN),
        ("TZ = America/New_York", "2026-07-20 06:00:00 x", TEN - 123 * 86_400),  # daylight saving
        ("TZ = America/New_York", "2026-11-20T10:00:00Z x", TEN),  # the text's own zone comes first
        ("TZ = America/New_York\nTIME_FORMAT = %Y-%m-%dT%H:%M:%S%z", "2026-11-20T12:00:00+0200 x", TEN),
        ("TZ = America/New_York\nTIME_FORMAT = %Y-%m-%d %H:%M:%S", "2026-11-20 05:00:00 x", TEN),
        ("TIME_PREFIX = at\nMAX_TIMESTAMP_LOOKAHEAD = 21", f"{'x' * 200} at 2026-11-20 10:00:00 x", TEN),
        ("TIME_PREFIX = at\\s\nMAX_TIMESTAMP_LOOKAHEAD = 10", "at 2026-11-20 10:00:00", TEN - 36_000),  # the date alone
        ("MAX_TIMESTAMP_LOOKAHEAD = 5", "2026-11-20 10:00:00 x", CHANGED),
        ("TIME_PREFIX = never", "2026-11-20 10:00:00 x", CHANGED),
        ("TIME_FORMAT = %d.%m.%Y", "2026-11-20 10:00:00 x", CHANGED),
        ("DATETIME_CONFIG = CURRENT", "2026-01-02 10:00:00 x", NOW),
        ("DATETIME_CONFIG = NONE", "2026-01-02 10:00:00 x", CHANGED),
        ("MAX_DAYS_AGO = 10", "2026-11-01 10:00:00 x", CHANGED),
        ("MAX_DAYS_AGO = 20", "2026-11-20 10:00:00 x", TEN),
        ("MAX_DAYS_HENCE = 1", "2026-11-22 13:00:00 x", CHANGED),
        ("MAX_DAYS_HENCE = 9", "2026-11-20 10:00:00 x", TEN),
    ],
)
def test_settings(indexed: Indexed, props: str, event: str, time: float) -> None:
    assert indexed.times(props, event) == [pytest.approx(time, abs=1e-6)]


@pytest.mark.parametrize("props", ["SHOULD_LINEMERGE = false", "EXTRACT-x = (?<x>x)"])
def test_an_event_without_a_time_has_that_of_the_event_before(indexed: Indexed, props: str) -> None:
    raw = "first\n2026-11-20T10:00:00Z a\nsecond\nthird\n2026-11-20T10:00:09Z b\nfourth\n"
    indexed.conf("props", f"[x]\n{props}\n")
    found = indexed.search("table _raw, _time", raw).rows
    assert {row["_raw"].split()[-1]: row["_time"] for row in found} == {
        "first": CHANGED,
        "a": TEN,
        "second": TEN,
        "third": TEN,
        "b": TEN + 9,
        "fourth": TEN + 9,
    }
    assert [note for note in indexed.notes if note.startswith("4 of 6 events in raw.log show no time")]


def test_a_time_range_sees_the_times_that_stand_in(indexed: Indexed) -> None:
    indexed.conf("props", "[y]\nEXTRACT-x = (?<x>x)\n")
    raw = "2026-11-20T10:00:00Z a\nsecond\n"
    spl = f"search earliest={TEN - 5:.0f} latest={TEN + 5:.0f} | stats count"
    assert indexed.search(spl, raw).rows == [{"count": 2}]


def test_a_clock_without_a_date_has_that_of_the_event_before_or_of_the_file(indexed: Indexed) -> None:
    raw = "11:00:00 a\n2026-11-20 10:00:00 b\n11:00:00 c\n"
    assert indexed.times("SHOULD_LINEMERGE = false", raw) == [CHANGED - 3600, TEN, TEN + 3600]
    assert indexed.times("SHOULD_LINEMERGE = false", "10:00:00 a\n", source="/var/log/app-2026-11-20.log") == [TEN]


def test_a_large_file_has_times_that_stand_in(indexed: Indexed, tmp_path: Path) -> None:
    """One that each search reads anew."""
    path = tmp_path / "large.log"
    lines = [f"2026-11-20T10:{minute:02d}:00Z {'x' * 60}" for minute in range(60)] * 80
    lines[100] = "no time"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with FileSource([EventFile(path, "y")], load_knowledge(), clock=NOW, file_times=True) as source:
        assert source.events[0].streamed
        rows = search('"no time" | table _time', source, now=NOW).rows
        assert rows == [{"_time": TEN + 39 * 60}]
        assert next(source.warnings).startswith("1 of 4,800 events in large.log shows no time")


def test_settings_that_are_not_followed_are_told(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nDATETIME_CONFIG = /etc/my_datetime.xml\nTRUNCATE = much\nTIME_PREFIX = (\n")
    warnings = indexed.search("table _time", "2026-11-20T10:00:00Z x").warnings
    assert any("x: DATETIME_CONFIG = /etc/my_datetime.xml is not read" in one for one in warnings)
    assert any("x: TRUNCATE = much is no number; 10000 is used" in one for one in warnings)
    assert any("x: TIME_PREFIX has no effect" in one for one in warnings)
