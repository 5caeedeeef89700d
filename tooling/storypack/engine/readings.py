"""Which reading the engine takes of a point of SPL that nobody has established (reference/data/unknown.yml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

READINGS: Mapping[str, tuple[str, ...]] = {
    "not-null": ("null", "true"),
    "substr-zero": ("sqlite", "first"),
    "star-backslash": ("kept", "dropped"),
    "empty-not": ("every", "none"),
    "percentile-rule": ("between", "nearest"),
    "plus-multivalue": ("joined", "null"),
    "epoch-short": ("null", "seconds"),
    "single-quotes": ("text", "quotes"),
    "trendline-ema": ("first", "mean"),
    "selfjoin-partner": ("first", "last"),
    "map-missing-token": ("passed-over", "fails"),
}
"""The points that the engine can read in several ways; the first reading is its own."""

_taken: ContextVar[Mapping[str, str]] = ContextVar("readings", default={})  # noqa: B039 (never changed in place)


def reading(point: str) -> str:
    """The reading that searches compiled now take of a point."""
    return _taken.get().get(point) or READINGS[point][0]


def taken_readings() -> frozenset[tuple[str, str]]:
    """The points of which searches compiled now take another reading than the engine's own, with that."""
    return frozenset(_taken.get().items())


@contextmanager
def reading_as(point: str, taken: str) -> Iterator[None]:
    """Searches compiled meanwhile, by this thread, take that reading of the point. KeyError, ValueError for others."""
    READINGS[point].index(taken)
    token = _taken.set({**_taken.get(), point: taken})
    try:
        yield
    finally:
        _taken.reset(token)
