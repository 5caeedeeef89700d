"""Time modifiers in SQL (Search Reference: relative_time)."""

from __future__ import annotations

from functools import lru_cache

from storypack.engine.udf.registry import udf
from storypack.timemod import Offset, Snap, TimeModifier, TimeModifierError, parse


@lru_cache(maxsize=256)
def _parsed(modifier: str) -> TimeModifier | None:
    try:
        return parse(modifier)
    except TimeModifierError:
        return None


@udf("spl_relative_time", "DOUBLE", "VARCHAR", returns="DOUBLE")
def relative_time(epoch: float | None, modifier: str | None) -> float | None:
    """`epoch` moved by a time modifier; null for null, and for a text that is none."""
    if epoch is None or modifier is None:
        return None
    parsed = _parsed(modifier)
    try:
        return parsed.resolve(epoch) if parsed else None
    except TimeModifierError:
        return None


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_FIRST_SUNDAY = 3 * 86400


def relative_time_sql(epoch: str, modifier: TimeModifier) -> str | None:
    """The same as arithmetic, for a modifier of units that have one length in UTC; None for months and longer."""
    if not modifier.relative:
        return None
    for step in modifier.steps:
        seconds = _SECONDS.get(step.unit)
        if seconds is None:
            return None
        match step:
            case Offset(number):
                epoch = f"({epoch} + {number * seconds})"
            case Snap("w", weekday):
                start = _FIRST_SUNDAY + weekday * 86400
                epoch = f"(floor(({epoch} - {start}) / {seconds}) * {seconds} + {start})"
            case _:
                epoch = f"(floor({epoch} / {seconds}) * {seconds})"
    return epoch
