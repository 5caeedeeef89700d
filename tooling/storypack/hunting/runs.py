"""The runs of a schedule that would have seen events: its window, moved over the whole range of time.

savedsearches.conf: `cron_schedule` says when a search runs, `dispatch.earliest_time` and `dispatch.latest_time` at
which time it looks. Runs that see no event are left out, however long the stretch without any.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cronsim import CronSim

from storypack import timemod
from storypack.pack.models.schedule import Schedule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).timestamp()
_LAST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Run:
    """A run at `now` over `earliest` (inclusive) to `latest` (exclusive), in epoch seconds; None = open. `seen` are the
    places of the first event that it sees, and of the first after it, in the sorted times: two runs with the same see
    the same events."""

    now: float
    earliest: float | None
    latest: float | None
    seen: tuple[int, int]


def runs(schedule: Schedule, times: Sequence[float]) -> Iterator[Run]:
    """The runs that see at least one of the `times` (epoch seconds, rising), in the order of time.

    A schedule over all time runs once, as soon as it sees all events. Raises TimeModifierError for a window that means
    nothing.
    """
    at = 0
    while at < len(times) and times[at] < _EPOCH:
        at += 1
    while at < len(times) and times[at] < _LAST:
        at = yield from _until_gap(schedule, times, at)


def _until_gap(schedule: Schedule, times: Sequence[float], at: int) -> Generator[Run, None, int]:
    """The runs from the first that reaches the event at `at`, until one sees none; gives the next event's place."""
    first = times[-1] if _resolve(schedule.earliest_time, 0.0) is None else times[at]
    for moment in CronSim(schedule.cron_schedule, datetime.fromtimestamp(int(first) - 1, UTC)):
        now = moment.timestamp()
        earliest, latest = _resolve(schedule.earliest_time, now), _resolve(schedule.latest_time, now)
        end = now if latest is None else latest
        if end <= first:
            continue
        seen = (0 if earliest is None else bisect_left(times, earliest)), bisect_left(times, end)
        if seen[1] <= seen[0]:
            return seen[1]
        yield Run(now, earliest, latest, seen)
        if earliest is None:
            return len(times)
    return len(times)


def _resolve(modifier: str, now: float) -> float | None:
    return None if modifier.strip() in ("", "0") else timemod.resolve(modifier, now)
