"""What a schedule covers: its runs are played through, and each run's time window is held against the next one's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile

from storypack.checks.cron import runs
from storypack.timemod import TimeModifier, parse

MOST_RUNS = 1500
HORIZON = timedelta(days=500)
_TWO_WEEKS = timedelta(days=15)  # a week, and the first run of the week after it


@dataclass(frozen=True, slots=True)
class Seam:
    """Between the windows of two runs in a row: seconds that no run sees (gap) or that both see (overlap)."""

    first: datetime
    second: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """The worst seams of a schedule. `empty`: earliest is never before latest. `period`: shortest time between runs."""

    gap: Seam | None = None
    overlap: Seam | None = None
    empty: bool = False
    period: float = 0.0


@lru_cache(maxsize=512)
def coverage(cron: str, earliest: str, latest: str, start: datetime) -> Coverage:
    """Play a valid schedule through, from `start` for at most 1,500 runs or 500 days.

    Raises TimeModifierError if a window leaves the calendar.
    """
    begin, end = parse(earliest), parse(latest)
    horizon = _TWO_WEEKS if _is_weekly(cron, begin, end) else HORIZON
    coming = islice(runs(cron, start), MOST_RUNS)
    times = list(islice(coming, 2))
    times += takewhile(lambda time: time - start < horizon, coming)
    windows = [(begin.resolve(time.timestamp()), end.resolve(time.timestamp())) for time in times]
    if all(low >= high for low, high in windows):
        return Coverage(empty=True)
    gap: Seam | None = None
    overlap: Seam | None = None
    period = float("inf")
    for number in range(len(times) - 1):
        first, second = times[number], times[number + 1]
        period = min(period, (second - first).total_seconds())
        distance = windows[number + 1][0] - windows[number][1]
        if distance > (gap.seconds if gap else 0):
            gap = Seam(first, second, distance)
        if -distance > (overlap.seconds if overlap else 0):
            overlap = Seam(first, second, -distance)
    return Coverage(gap, overlap, period=period)


def _is_weekly(cron: str, *ends: TimeModifier) -> bool:
    """Whether all of a schedule comes again after a week, so that two weeks show it: nothing in it asks for the day of
    the month or the month, and its window moves with the clock by units that a week holds."""
    _, _, day, month, _ = cron.split()
    units = {step.unit for end in ends for step in end.steps}
    return day == month == "*" and all(end.relative for end in ends) and not units & {"mon", "q", "y"}


def duration(seconds: float) -> str:
    """A length of time for people, in at most two units.

    >>> [duration(seconds) for seconds in (45, 600, 5400, 86400, 200000)]
    ['45 s', '10 min', '1 h 30 min', '1 d', '2 d 7 h']
    """
    parts = []
    rest = round(seconds)
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number} {name}")
    return " ".join(parts[:2]) or "0 s"


def midnight(today: datetime) -> datetime:
    """The start of a day in UTC: a fixed start makes one play serve all schedules alike."""
    return datetime(today.year, today.month, today.day, tzinfo=UTC)
