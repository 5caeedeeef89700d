"""The moment at which a test's search runs, and the time that it looks at.

A search does not know that its events are old: it runs just after the newest of them, at a moment that its schedule's
window reaches (`latest_time` -10m@m: ten minutes later). A test that names `now` fixes the moment, and the events are
moved so that the newest lies just inside the window; so working hours and `earliest=-70m` can be tested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storypack import timemod

if TYPE_CHECKING:
    from storypack.pack.models.schedule import Schedule
    from storypack.pack.models.search import SearchTest

NO_TIME = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
"""When a search over events without any time runs: the same moment always, so that results are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a search runs and what it looks at, all in epoch seconds. `newest` is where its newest event shall lie (None
    = as it is), `earliest` and `latest` the range (None = open); `note` says what the reader should know of them."""

    now: float
    newest: float | None = None
    earliest: float | None = None
    latest: float | None = None
    note: str = ""


def moment(test: SearchTest, schedule: Schedule | None, times: tuple[float, float] | None) -> Moment:
    """When and over which time a test runs. `times` are the oldest and newest time of its events.

    The range is the test's own, else the schedule's, unless the events are spread over more time than that holds: then
    it is all time, and the note says so. Raises TimeModifierError for a range that means nothing.
    """
    own = test.earliest_time is not None or test.latest_time is not None
    earliest = test.earliest_time if own or schedule is None else schedule.earliest_time
    latest = test.latest_time if own or schedule is None else schedule.latest_time
    if test.now is not None:
        now = epoch(test.now)
        end = _resolve(latest, now)
        newest = (now if end is None else min(end, now)) - 1
        shift = 0.0 if times is None else newest - times[1]
    else:
        newest, shift = None, 0.0
        now = NO_TIME if times is None else _now_after(times[1], latest)
    begin, end = _resolve(earliest, now), _resolve(latest, now)
    if not own and times is not None and begin is not None and times[0] + shift < begin:
        note = f"the events span more than the schedule's window ({earliest} to {latest}), so all time was searched"
        return Moment(now, newest, note=note)
    return Moment(now, newest, begin, end)


def moments(test: SearchTest, schedule: Schedule | None, times: tuple[float, float] | None) -> tuple[Moment, ...]:
    """When and over which times a test runs: once (see `moment`), or at each of its `runs` over the schedule's window
    there, in the order of time, with the events as they are.

    Raises TimeModifierError for a range that means nothing.
    """
    if not test.runs:
        return (moment(test, schedule, times),)
    return tuple(
        Moment(
            now,
            earliest=None if schedule is None else _resolve(schedule.earliest_time, now),
            latest=None if schedule is None else _resolve(schedule.latest_time, now),
        )
        for now in sorted(epoch(text) for text in test.runs)
    )


def _now_after(newest: float, latest: str | None) -> float:
    """A moment, in whole seconds, soon after the newest event, at which a search up to `latest` reaches it."""
    now = float(int(newest) + 1)
    step = 1.0
    for _ in range(40):
        end = _resolve(latest, now)
        if end is None or end > newest:
            return now
        now += max(float(int(newest - end)), step)
        step *= 2  # a range that snaps to a whole minute, hour or day moves by jumps
    return float(int(newest) + 1)


def _resolve(modifier: str | None, now: float) -> float | None:
    """Epoch seconds of a time modifier; None for all time (absent, empty, 0)."""
    if modifier is None or modifier.strip() in ("", "0"):
        return None
    return timemod.resolve(modifier, now)


def epoch(text: str) -> float:
    """The epoch seconds of a test's `now`: a number, or a date and time (UTC unless it says otherwise)."""
    if re.fullmatch(r"\d{9,11}", text):
        return float(text)
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
