"""Time modifiers in SQL (Search Reference: relative_time)."""

from __future__ import annotations

from functools import lru_cache

from storypack.engine.udf.registry import udf
from storypack.timemod import TimeModifier, TimeModifierError, parse


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
