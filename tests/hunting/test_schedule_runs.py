"""A schedule's window, moved over events."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storypack.hunting.runs import Run, runs
from storypack.pack.models.schedule import Schedule
from storypack.timemod import TimeModifierError

DAY = datetime(2026, 11, 20, tzinfo=UTC).timestamp()
HOUR = 3600.0


def schedule(earliest: str, latest: str, cron: str = "0 * * * *") -> Schedule:
    return Schedule(cron_schedule=cron, earliest_time=earliest, latest_time=latest)


def moved(given: Schedule, *times: float) -> list[Run]:
    return list(runs(given, sorted(DAY + each for each in times)))


def test_an_event_is_in_the_one_run_whose_window_holds_it() -> None:
    """-70m@m to -10m@m at 13:00 begins with 11:50 and ends before 12:50."""
    hourly = schedule("-70m@m", "-10m@m")
    noon = 12 * HOUR
    (before,) = moved(hourly, noon + 49 * 60 + 59)
    (after,) = moved(hourly, noon + 50 * 60)
    assert (before.now - DAY, after.now - DAY) == (13 * HOUR, 14 * HOUR)
    assert (before.earliest, before.latest) == (DAY + 11 * HOUR + 3000, DAY + noon + 3000)


def test_overlapping_windows_see_an_event_in_each_run_until_they_have_passed() -> None:
    found = moved(schedule("-3h@h", "now"), 12.5 * HOUR)
    assert [(run.now - DAY) / HOUR for run in found] == [13, 14, 15]
    assert {run.seen for run in found} == {(0, 1)}


def test_which_events_a_run_sees() -> None:
    found = moved(schedule("-2h@h", "now"), 1.5 * HOUR, 2.5 * HOUR, 3.5 * HOUR)
    assert [run.seen for run in found] == [(0, 1), (0, 2), (1, 3), (2, 3)]


def test_years_without_events_cost_no_runs() -> None:
    found = moved(schedule("-1h@h", "now"), 0.5 * HOUR, 20 * 365 * 24 * HOUR)
    assert len(found) == 2
    assert found[1].now - found[0].now > 19 * 365 * 24 * HOUR


def test_what_lies_between_two_windows_is_never_seen() -> None:
    """Five minutes of each hour."""
    assert moved(schedule("-5m@m", "now"), 12.5 * HOUR) == []
    found = moved(schedule("-5m@m", "now"), 12.5 * HOUR, 14 * HOUR - 60)
    assert [(run.now - DAY) / HOUR for run in found] == [14]
    assert found[0].seen == (1, 2)


def test_a_window_that_ended_long_ago_is_reached_by_later_runs() -> None:
    (run,) = moved(schedule("-36h@h", "-12h@h", "0 5 * * *"), 12 * HOUR)
    assert run.now - DAY == (24 + 5) * HOUR


def test_all_time_is_searched_once_when_all_events_are_there() -> None:
    found = moved(schedule("0", "now"), 1.0, 100 * 24 * HOUR)
    assert [run.seen for run in found] == [(0, 2)]
    assert found[0].earliest is None and found[0].now > DAY + 100 * 24 * HOUR


def test_times_that_no_calendar_has_are_left_out() -> None:
    assert [run.seen for run in runs(schedule("-1h@h", "now"), [-5.0, DAY + 60, 1e15])] == [(1, 2)]
    assert list(runs(schedule("-1h@h", "now"), [])) == []


def test_a_window_that_means_nothing_is_refused() -> None:
    with pytest.raises(TimeModifierError):
        moved(schedule("-70x", "now"), 0.0)
