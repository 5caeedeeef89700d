"""`_time` from the event, as props.conf says."""

from __future__ import annotations

from pathlib import Path

import pytest

from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.apps import load_knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.root import open_root
from storypack.engine.run import search
from storypack.engine.zones import zones

from .add_on import NOW, AddOn

TEN = 1_763_632_800.0  # 2025-11-20 10:00:00 UTC


@pytest.mark.parametrize(
    ("event", "time"),
    [
        ("2025-11-20T10:00:00Z x", TEN),
        ("2025-11-20 10:00:00.250 x", TEN + 0.25),
        ("2025-11-20T10:00:00,250Z x", TEN + 0.25),
        ("2025-11-20T10:00:00.123456789Z x", TEN + 0.123456),
        ("2025-11-20T10:00:00+02:00 x", TEN - 7200),
        ("2025-11-20T10:00:00.5-0530 x", TEN + 19800.5),
        ("20/Nov/2025:10:00:00 +0000 x", TEN),
        ("20/Nov/2025:10:00:00 -0100 x", TEN + 3600),
        ("11/20/2025 10:00:00 AM x", TEN),
        ("11/20/2025 10:00:00 PM x", TEN + 43200),
        ("1763632800.5 x", TEN + 0.5),
        ("id 17636328001 x", NOW),  # no time in it: the clock's
        ("Nov 20 10:00:00 host x", TEN + 365 * 86400),  # the year of the clock
        ('{"a": "b", "time": "2025-11-20T10:00:00Z"}', TEN),
        (f"<Event xmlns='{'x' * 120}'><System><TimeCreated SystemTime='2025-11-20T10:00:00.0000000Z'/>", TEN),
    ],
)
def test_times_that_are_recognised(ta: AddOn, event: str, time: float) -> None:
    assert ta.value("_time", event) == pytest.approx(time, abs=1e-6)


@pytest.mark.parametrize(
    ("props", "event", "time"),
    [
        ("TIME_PREFIX = end=\nTIME_FORMAT = %Y%m%d%H%M%S", "start=20200101000000 end=20251120100000", TEN),
        ("TIME_PREFIX = (a|b)=", "c=2020-01-01T00:00:00Z b=2025-11-20T10:00:00Z", TEN),
        ("TIME_PREFIX = (?<=end=)", "2020-01-01T00:00:00Z end=2025-11-20T10:00:00Z", TEN),
        ("TIME_FORMAT = %s", "1763632800 x", TEN),
        ("TIME_FORMAT = %d.%m.%Y %H:%M:%S %z", "20.11.2025 12:00:00 +0200", TEN),
        ("TIME_FORMAT = %d.%m.%Y %H:%M:%S\nTZ = Europe/Berlin", "20.11.2025 11:00:00", TEN),
        ("TZ = America/New_York", "2025-11-20 05:00:00 x", TEN),
        ("TZ = America/New_York", "2025-11-20T10:00:00Z x", TEN),  # the event's own zone comes first
        ("TZ = Nowhere/Land", "2025-11-20 10:00:00 x", TEN),
        ("MAX_TIMESTAMP_LOOKAHEAD = 5", "2025-11-20T10:00:00Z x", NOW),
        ("TIME_PREFIX = never=", "2025-11-20T10:00:00Z x", NOW),
        ("MAX_TIMESTAMP_LOOKAHEAD = 0", " " * 500 + "2025-11-20T10:00:00Z x", TEN),
        ("MAX_TIMESTAMP_LOOKAHEAD = -1", " " * 500 + "2025-11-20T10:00:00Z x", TEN),
        ("MAX_TIMESTAMP_LOOKAHEAD = 100000\nTRUNCATE = 0", " " * 90_000 + "2025-11-20T10:00:00Z x", TEN),
        ("MAX_TIMESTAMP_LOOKAHEAD = 100000\nTRUNCATE = 0", " " * 100_001 + "2025-11-20T10:00:00Z x", NOW),
        (
            "TIME_PREFIX = end=\nMAX_TIMESTAMP_LOOKAHEAD = 100000\nTRUNCATE = 0",
            f"end={' ' * 90_000}2025-11-20T10:00:00Z",
            TEN,
        ),
        ("TIME_PREFIX = end=\nMAX_TIMESTAMP_LOOKAHEAD = 2000", f"end={' ' * 2_001}2025-11-20T10:00:00Z", NOW),
        (
            "TIME_PREFIX = (?<=end=)\nMAX_TIMESTAMP_LOOKAHEAD = 100000\nTRUNCATE = 0",
            f"end={' ' * 90_000}2025-11-20T10:00:00Z",
            TEN,
        ),
        (
            "TIME_PREFIX = (?<=end=)\nMAX_TIMESTAMP_LOOKAHEAD = 70000\nTRUNCATE = 0",
            f"end={' ' * 70_001}2025-11-20T10:00:00Z",
            NOW,
        ),
        ("TIMESTAMP_FIELDS = a.when", '{"time": "2020-01-01T00:00:00Z", "a": {"when": "2025-11-20T10:00:00Z"}}', TEN),
        ("TIMESTAMP_FIELDS = a.when", '{"time": "2020-01-01T00:00:00Z", "a.when": "2025-11-20T10:00:00Z"}', TEN),
        ("TIMESTAMP_FIELDS = date, time", '{"time": "10:00:00", "date": "2025-11-20"}', TEN),
        ("TIMESTAMP_FIELDS = when\nTIME_FORMAT = %d.%m.%y %H Uhr", '{"when": "20.11.25 10 Uhr"}', TEN),
        ("TIMESTAMP_FIELDS = when\nTZ = Europe/Berlin", '{"when": "2025-11-20 11:00:00"}', TEN),
        ("TIMESTAMP_FIELDS = when\nTZ = Europe/Berlin", '{"when": "2025-11-20T10:00:00Z"}', TEN),
        ("TIMESTAMP_FIELDS = missing, when", '{"time": "2020-01-01T00:00:00Z", "when": "2025-11-20T10:00:00Z"}', TEN),
    ],
)
def test_settings(ta: AddOn, props: str, event: str, time: float) -> None:
    ta.conf("props", f"[x]\n{props}\n")
    assert ta.value("_time", event) == time


def test_newest_first(ta: AddOn) -> None:
    events = [f"2025-11-20T10:00:0{second}Z e{number}" for number, second in enumerate((1, 3, 2, 3))]
    found = [row["_raw"][-2:] for row in ta.rows("table _raw", events)]
    assert found == ["e3", "e1", "e2", "e0"]


@pytest.mark.parametrize(
    ("props", "warning"),
    [
        ("TZ = Europe/Berln", "TZ = Europe/Berln is no time zone, so times without one are read as UTC; did you mean "),
        ("TZ = europe/berlin", "did you mean Europe/Berlin?"),
        ("TZ = CEST", "TZ = CEST is no time zone, so times without one are read as UTC"),
        ("TZ = localtime", "TZ = localtime is no time zone"),
        ("TZ = ../../etc/passwd", "TZ = ../../etc/passwd is no time zone"),
        ("MAX_TIMESTAMP_LOOKAHEAD = many", "MAX_TIMESTAMP_LOOKAHEAD = many is no number; 128 is used"),
        ("TZ = Europe/Berlin", ""),
        ("TZ = US/Pacific", ""),
        ("TZ =", ""),
    ],
)
def test_settings_that_cannot_be_followed_are_told(ta: AddOn, props: str, warning: str) -> None:
    ta.conf("props", f"[x]\n{props}\n")
    warnings = ta.search("table _time", ["2025-11-20 10:00:00 x"]).warnings
    assert bool(warnings) == bool(warning)
    assert not warning or (warnings[0].startswith("x: ") and warning in warnings[0])


def test_every_time_zone_that_is_taken_can_be_used(ta: AddOn) -> None:
    """By the library that counts with it, too."""
    with open_root() as root:
        for name in sorted(set(zones().values())):
            root.execute(f"SELECT epoch(timezone('{name}', make_timestamp(0)))").fetchall()


def test_the_time_of_a_csv_stands_in_the_columns_that_are_named(ta: AddOn, tmp_path: Path) -> None:
    ta.conf("props", "[x]\nTIMESTAMP_FIELDS = day, event.time\n")
    path = tmp_path / "rows.csv"
    path.write_text("id,day,event.time\n1763632800,2025-11-20,10:00:00\n", encoding="utf-8")
    with FileSource([EventFile(path, "x")], load_knowledge([ta.folder]), clock=NOW) as source:
        assert search("table _time", source, now=NOW).rows == [{"_time": TEN}]
