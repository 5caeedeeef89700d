"""Spans: the width of bins of time or numbers (Search Reference: bin, "Bin options"; timechart, "Usage")."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from storypack import timemod
from storypack.engine.errors import SearchError

_SPAN = re.compile(r"(?P<number>\d*\.?\d*)(?P<unit>[A-Za-z]*)(?P<snap>@\S+)?")
_LOG = re.compile(r"(?P<factor>\d*\.?\d*)log(?P<base>\d*\.?\d*)", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_FRACTIONS = {"us": 1e-6, "ms": 1e-3, "cs": 1e-2, "ds": 1e-1}
_LENGTHS = {**_SECONDS, "mon": 2592000.0, "q": 7776000.0, "y": 31536000.0}
_MONTHS = {"mon": 1, "q": 3, "y": 12}

_LAST_YEAR = 9999
_MOST_SECONDS = 1e11
"""Some 3,000 years."""

DEFAULT_BINS = 100
_AUTO_SPANS = (1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 86400.0)


@dataclass(frozen=True, slots=True)
class Span:
    """A width: `seconds` (or plain numbers), or calendar `months`, or powers of `base` times `factor`.

    `offset` is where a bin begins, counted from epoch 0."""

    width: float = 0.0
    months: int = 0
    base: float = 0.0
    factor: float = 1.0
    offset: float = 0.0
    unit: str = ""

    def time_sql(self, time: str) -> str:
        """SQL of the start of the bin in which a time lies."""
        if not self.months:
            shift = f" - {self.offset!r}" if self.offset else ""
            back = f" + {self.offset!r}" if self.offset else ""
            return f"(floor(({time}{shift}) / {self.width!r}) * {self.width!r}{back})"
        month = f"spl_month({time})"
        first = f"(CAST(floor({month} / {self.months}) AS BIGINT) * {self.months})"
        return f"CAST(epoch(make_date(CAST({first} // 12 AS INTEGER), CAST({first} % 12 + 1 AS INTEGER), 1)) AS DOUBLE)"

    def start(self, time: float) -> float:
        """The start of the bin in which a time lies."""
        if not self.months:
            return math.floor((time - self.offset) / self.width) * self.width + self.offset
        moment = _moment(time)
        return self._month((moment.year * 12 + moment.month - 1) // self.months * self.months)

    def next(self, start: float) -> float:
        """The start of the bin after the one that begins at `start`."""
        if not self.months:
            # counted in bins, so that fractions of a second do not add up
            return (round((start - self.offset) / self.width) + 1) * self.width + self.offset
        moment = _moment(start)
        return self._month(moment.year * 12 + moment.month - 1 + self.months)

    @staticmethod
    def _month(number: int) -> float:
        if number >= _LAST_YEAR * 12:
            return math.inf
        return datetime(max(number // 12, 1), number % 12 + 1, 1, tzinfo=UTC).timestamp()

    @property
    def seconds(self) -> float:
        """The length in seconds; a month counts as 30 days."""
        return self.width or self.months * 2592000.0


def _moment(time: float) -> datetime:
    """The moment of a time; the first or the last that has a date for one beyond these."""
    first, last = -62135596800, 253402300799
    return datetime.fromtimestamp(min(max(time, first), last), UTC)


def parse_span(text: str) -> Span:
    """`10`, `5m`, `1mon`, `2log10`, `1w@w1`. SearchError for anything else."""
    log = _LOG.fullmatch(text)
    if log:
        span = Span(base=float(log["base"] or 10), factor=float(log["factor"] or 1))
        if not (1 < span.base < 1e300 and 0 < span.factor < 1e300):
            raise SearchError(f"a span of powers needs a base above 1 and a factor above 0, not `{text[:40]}`")
        return span
    found = _SPAN.fullmatch(text)
    if not found or not (found["number"] or found["unit"]):
        raise SearchError(f"`{text}` is not a span")
    number = float(found["number"] or 1)
    unit = found["unit"]
    if number <= 0:
        raise SearchError(f"a span must be greater than 0, not `{text}`")
    if number > 1e300 or (unit and number * _LENGTHS.get(timemod.UNITS.get(unit.lower(), ""), 0) > _MOST_SECONDS):
        raise SearchError(f"the span `{text[:40]}` is too long")
    if not unit:
        return Span(number)
    if unit in _FRACTIONS:
        return Span(number * _FRACTIONS[unit], unit=unit)
    known = timemod.UNITS.get(unit if unit == "M" else unit.lower())
    if known is None:
        raise SearchError(f"`{unit}` is no unit of time")
    if known in _MONTHS:
        return Span(months=int(number) * _MONTHS[known], unit=known)
    offset = 0.0
    if found["snap"]:
        # the snap of some moment names a place in the rhythm of the spans
        snapped = timemod.resolve(found["snap"], 1_000_000_000.0)
        offset = snapped % (number * _SECONDS[known])
    return Span(number * _SECONDS[known], offset=offset, unit=known)


def auto_time_span(low: float, high: float, bins: int = DEFAULT_BINS, least: float = 0.0) -> Span:
    """The span that timechart takes for events between two times: at most so many bins."""
    for width in _AUTO_SPANS:
        if width >= least and (high - low) / width <= bins:
            return Span(width)
    return Span(months=1)


def auto_span(low: float, high: float, bins: int = DEFAULT_BINS) -> Span:
    """The span that bin takes for numbers: the smallest power of ten that needs no more than so many bins."""
    width = high / bins - low / bins
    if width <= 0:
        return Span(1.0)
    return Span(10.0 ** min(math.ceil(math.log10(width) - 1e-9), 300))
