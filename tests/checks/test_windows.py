"""Schedules played through: gaps and overlaps between the windows of runs in a row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storypack.checks import windows
from storypack.checks.windows import coverage, duration

START = datetime(2026, 11, 21, tzinfo=UTC)


def seams(cron: str, earliest: str, latest: str) -> tuple[float, float]:
    found = coverage(cron, earliest, latest, START)
    return (found.gap.seconds if found.gap else 0, found.overlap.seconds if found.overlap else 0)


@pytest.mark.parametrize(
    ("cron", "earliest", "latest", "gap", "overlap"),
    [
        ("0 * * * *", "-70m@m", "-10m@m", 0, 0),
        ("17 * * * *", "-1h@h", "@h", 0, 0),
        ("0 6 * * *", "-1d@d", "@d", 0, 0),
        ("0 * * * *", "-60m@m", "-10m@m", 600, 0),
        ("0 * * * *", "-2h@h", "@h", 0, 3600),
        ("*/5 * * * *", "-10m@m", "now", 0, 300),
        ("0 3 * * *", "-7d@d", "@d", 0, 6 * 86400),
        ("0 9 * * 1-5", "-1d@d", "@d", 2 * 86400, 0),
        ("0 8,20 * * *", "-12h", "now", 0, 0),
        ("0 8,18 * * *", "-12h", "now", 2 * 3600, 2 * 3600),
        ("0 0 1 * *", "-1mon@mon", "@mon", 0, 0),
        ("0 0 1 * *", "-30d@d", "@d", 86400, 2 * 86400),
        ("0 0 1 1 *", "-1y@y", "@y", 0, 0),
    ],
)
def test_seams(cron: str, earliest: str, latest: str, gap: float, overlap: float) -> None:
    assert seams(cron, earliest, latest) == (gap, overlap)


def test_the_seam_names_its_runs() -> None:
    gap = coverage("0 9 * * 1-5", "-1d@d", "@d", START).gap
    assert gap is not None
    assert (gap.first.strftime("%a"), gap.second.strftime("%a")) == ("Fri", "Mon")


@pytest.mark.parametrize(
    "cron", ["0 * * * *", "*/7 3 * * *", "0 9 * * 1-5", "0 9,17 * * 0", "5 1 * * 6", "*/5 * * * 1"]
)
@pytest.mark.parametrize(("earliest", "latest"), [("-1h@h", "@h"), ("-2d@d", "@d"), ("@w1", "now"), ("-7d", "-1h")])
def test_two_weeks_show_what_500_days_do(
    cron: str, earliest: str, latest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = coverage(cron, earliest, latest, START)
    monkeypatch.setattr(windows, "_is_weekly", lambda *_: False)
    assert coverage.__wrapped__(cron, earliest, latest, START) == short


@pytest.mark.parametrize(("earliest", "latest"), [("now", "-1h"), ("-1h", "-1h"), ("@d", "@w1"), ("@h", "@d")])
def test_an_empty_window(earliest: str, latest: str) -> None:
    assert coverage("0 0 * * *", earliest, latest, START).empty


def test_a_window_that_is_empty_at_some_runs_only() -> None:
    assert not coverage("0 * * * *", "@d", "@h", START).empty


def test_period() -> None:
    assert coverage("0 8,18 * * *", "-12h", "now", START).period == 10 * 3600


def test_a_cron_that_comes_every_few_years() -> None:
    assert coverage("0 0 29 2 *", "-1d@d", "@d", START).empty is False


def test_duration() -> None:
    assert [duration(seconds) for seconds in (0.2, 45, 600, 5400, 86400, 200000)] == [
        "0 s",
        "45 s",
        "10 min",
        "1 h 30 min",
        "1 d",
        "2 d 7 h",
    ]
