"""Numbers: rounding, significant figures, bits, ranges."""

from __future__ import annotations

import math
import re

from storypack.engine.udf.registry import Refused, macro, udf
from storypack.timemod import TimeModifierError, resolve

# 2.555 is a little less than it says; a few units in the last place more make it round to 2.56, as printed
macro("spl_round", "x", "digits", body="round(x * pow(10, digits) * (1 + 4.5e-16)) / pow(10, digits)")

# bitwise functions take whole numbers from 0 to 2^53 - 1, anything else is null
macro(
    "spl_bits", "x", body="CASE WHEN x BETWEEN 0 AND 9007199254740991 AND x = trunc(x) THEN TRY_CAST(x AS BIGINT) END"
)
macro(
    "spl_shift_left",
    "x",
    "n",
    body="CASE WHEN n >= 53 THEN x - x ELSE CAST((CAST(x AS HUGEINT) << CAST(n AS HUGEINT)) "
    "& CAST(9007199254740991 AS HUGEINT) AS BIGINT) END",
)
macro("spl_shift_right", "x", "n", body="CASE WHEN n >= 53 THEN x - x ELSE x >> n END")

_FIGURES = re.compile(r"[+-]?0*(\d*)\.?(\d*)(?:[eE].*)?")
_MOST = 100_000


@udf("spl_figures", "VARCHAR", returns="DOUBLE")
def figures(text: str | None) -> float | None:
    """The significant figures of a number as written: 3 for `1.00`, 4 for `1111` and for `0.01200`; null for text."""
    found = _FIGURES.fullmatch(text) if text else None
    if found is None:
        return None
    whole, decimals = found[1], found[2]
    return float(len(whole + decimals) if whole else len(decimals.lstrip("0")) or 1)


@udf("spl_decimals", "VARCHAR", returns="DOUBLE")
def decimals(text: str | None) -> float | None:
    """The decimal places of a number as written."""
    found = _FIGURES.fullmatch(text) if text else None
    return float(len(found[2])) if found else None


@udf("spl_sigfig", "DOUBLE", "DOUBLE", returns="DOUBLE")
def sigfig(number: float | None, count: float | None) -> float | None:
    """The number rounded to so many significant figures; as it is where the count is unknown."""
    if number is None or count is None or number == 0 or not math.isfinite(number):
        return number
    return float(f"{number:.{max(int(count) - 1, 0)}e}")


@udf("spl_range", "DOUBLE", "DOUBLE", "DOUBLE", returns="VARCHAR[]")
def span(start: float | None, end: float | None, step: float | None) -> list[str] | None:
    """The numbers from `start` to below `end`; null for none of them, Refused for more than 100,000."""
    if start is None or end is None or not step or not all(map(math.isfinite, (start, end, step))):
        return None
    count = math.ceil((end - start) / step - 1e-9)
    if count > _MOST:
        raise Refused(f"mvrange: more than {_MOST:,} values")
    return [_plain(start + step * i) for i in range(count)] or None


@udf("spl_time_range", "DOUBLE", "DOUBLE", "VARCHAR", returns="VARCHAR[]")
def time_span(start: float | None, end: float | None, step: str | None) -> list[str] | None:
    """The same for times, by a span such as `7d`."""
    if start is None or end is None or step is None:
        return None
    out: list[str] = []
    try:
        while start < end:
            if len(out) == _MOST:
                raise Refused(f"mvrange: more than {_MOST:,} values")
            out.append(_plain(start))
            following = resolve(f"+{step}", start)
            if following <= start:
                return None
            start = following
    except TimeModifierError:
        return None
    return out or None


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(round(number, 12))
