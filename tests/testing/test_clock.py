"""When a test's search runs, and over which time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack import timemod
from storypack.pack.models.schedule import Schedule
from storypack.pack.models.search import SearchTest
from storypack.testing.clock import NO_TIME, epoch, moment

HOUR = Schedule(cron_schedule="0 * * * *", earliest_time="-70m@m", latest_time="-10m@m")
NOON = epoch("2026-11-20T12:00:00Z")


def test_now_is_just_after_the_newest_event_of_which_the_window_holds_it() -> None:
    when = moment(SearchTest(name="x"), HOUR, (NOON, NOON + 30))
    assert when.earliest is not None and when.latest is not None
    assert when.earliest <= NOON and when.latest > NOON + 30
    assert when.latest < when.now - 599
    assert when.newest is None and not when.note


@given(
    newest=st.floats(min_value=1e9, max_value=2e9),
    latest=st.sampled_from(["now", "-10m@m", "-1s", "@h", "-1h@h", "@d", "-2d@d", "@w1", "-1mon@mon", "@q", "@y"]),
)
def test_every_window_reaches_the_newest_event(newest: float, latest: str) -> None:
    schedule = Schedule(cron_schedule="0 * * * *", earliest_time="0", latest_time=latest)
    when = moment(SearchTest(name="x"), schedule, (newest, newest))
    assert timemod.resolve(latest, when.now) > newest
    assert when.now > newest


def test_events_over_more_time_than_the_window_are_all_searched_and_that_is_said() -> None:
    when = moment(SearchTest(name="x"), HOUR, (NOON, NOON + 3 * 3600))
    assert (when.earliest, when.latest) == (None, None)
    assert "more than the schedule's window (-70m@m to -10m@m)" in when.note


def test_a_test_may_say_its_own_range() -> None:
    when = moment(SearchTest(name="x", earliest_time="-1h"), HOUR, (NOON, NOON + 3 * 3600))
    assert when.earliest == when.now - 3600
    assert when.latest is None and not when.note


def test_a_fixed_now_moves_the_events_into_the_window() -> None:
    when = moment(SearchTest(name="x", now="2026-11-22T03:00:00Z"), HOUR, (NOON, NOON + 60))
    assert when.now == epoch("2026-11-22T03:00:00Z")
    assert when.latest == when.now - 600
    assert when.newest == when.latest - 1


def test_without_schedule_or_times_the_moment_is_fixed() -> None:
    assert moment(SearchTest(name="x"), None, None).now == NO_TIME
    assert moment(SearchTest(name="x"), None, (NOON, NOON)).now == NOON + 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1763632800", 1763632800.0),
        ("2025-11-20T10:00:00Z", 1763632800.0),
        ("2025-11-20T11:00:00+01:00", 1763632800.0),
        ("2025-11-20 10:00", 1763632800.0),
        ("2025-11-20", 1763596800.0),
    ],
)
def test_now_is_read_as_utc(text: str, seconds: float) -> None:
    assert epoch(text) == seconds
