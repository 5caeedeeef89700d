"""Cron expressions as Splunk's scheduler reads them: five fields of numbers, `*`, ranges, lists and steps.

savedsearches.conf.spec, `cron_schedule`: names of months and days are not understood; days of the week run from 0
(Sunday) to 6. Libraries accept more (names, `L`, a sixth field for seconds), so the fields are read here first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from cronsim import CronSim, CronSimError

FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 6),
)
_ITEM = re.compile(r"(?:(?P<star>\*)|(?P<first>[0-9]{1,4})(?:-(?P<last>[0-9]{1,4}))?)(?:/(?P<step>[0-9]{1,4}))?")
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class CronError(ValueError):
    """The text is not a cron expression for Splunk; `cure` may be empty."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


def check_cron(text: str) -> None:
    """Raise CronError unless Splunk's scheduler can read `text`. Whether it ever occurs is asked with `occurs`."""
    fields = text.split()
    if len(fields) != len(FIELDS):
        if text.strip() in _NICKNAMES:
            raise CronError(f"Splunk has no '{text.strip()}'", f"write {_NICKNAMES[text.strip()]}")
        count = f"{len(fields)} field" + ("" if len(fields) == 1 else "s")
        raise CronError(
            f"'{text}' has {count}; a cron has five",
            "minute, hour, day of the month, month, day of the week: 0 * * * * is every hour",
        )
    for value, (name, low, high) in zip(fields, FIELDS, strict=True):
        for item in value.split(","):
            _check_item(item, name, low, high)


def occurs(text: str) -> bool:
    """Whether a cron that `check_cron` accepts ever comes (`0 0 31 2 *` does not)."""
    try:
        next(CronSim(text, datetime(2024, 1, 1)))
    except (CronSimError, StopIteration):
        return False
    return True


def runs(text: str, after: datetime) -> Iterator[datetime]:
    """The times at which a cron that `check_cron` accepts comes after `after`, without end."""
    return CronSim(text, after)


def _check_item(item: str, name: str, low: int, high: int) -> None:
    match = _ITEM.fullmatch(item)
    if not match:
        cure = "Splunk's cron knows no names; use numbers" if re.search("[A-Za-z]", item) else ""
        raise CronError(f"'{item}' is not a {name}", cure or f"use {low}-{high}, *, ranges, lists and steps")
    star, first, last, step = match.group("star", "first", "last", "step")
    for number in (first, last):
        if number is not None and not low <= int(number) <= high:
            cure = "Sunday is 0" if name == "day of the week" and number == "7" else ""
            raise CronError(f"{name} {number} is outside of {low} to {high}", cure)
    if first and last and int(first) > int(last):
        raise CronError(f"the range {first}-{last} of the {name} runs backwards", f"write {first}-{high},{low}-{last}")
    if step is None:
        return
    if int(step) == 0:
        raise CronError(f"the step of the {name} is 0")
    if not star and last is None:
        raise CronError(f"'{item}' has a step but no range", f"write {first}-{high}/{step} or */{step}")
    if int(step) > high:
        raise CronError(f"the step {step} is larger than any {name}", f"the {name} has only {low} to {high}")
