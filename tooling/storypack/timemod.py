"""Splunk's time modifiers: `-1d@d+2h`, `@w1`, `now`, `rt-5m`, `1709210096`, `10/27/2024:00:00:00`.

`parse` reads one, `resolve` turns it into epoch seconds. Both are pure: the clock is an argument.

The rules are those of the Search Manual, "Specify time modifiers in your search": offsets and snaps are applied from
left to right (`-1d@d+2h`: a day back, down to midnight, two hours forward); a snap always goes back, never forward; a
unit without a number means one of it (`-h`); a sign may be left out and then means `+`. Days, weeks, months, quarters
and years follow the calendar of the time zone; seconds, minutes and hours are exact.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

Unit = Literal["s", "m", "h", "d", "w", "mon", "q", "y"]

_SPELLINGS: dict[Unit, tuple[str, ...]] = {
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "mon": ("mon", "month", "months"),
    "q": ("q", "qtr", "qtrs", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years"),
}
UNITS: dict[str, Unit] = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings}
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_MONTHS = {"mon": 1, "q": 3, "y": 12}
_STEP = re.compile(r"(?P<snap>@)(?P<at>[A-Za-z]+)(?P<day>[0-9]*)|(?P<sign>[+-]?)(?P<number>[0-9]*)(?P<unit>[A-Za-z]+)")
_EPOCH = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_LAST_EPOCH = 253402300800.0  # the end of the year 9999
_ABSOLUTE = ("%m/%d/%Y:%H:%M:%S", "%m/%d/%Y")  # the default of `timeformat`, and its date alone


class TimeModifierError(ValueError):
    """The text is not a time modifier. `column` counts from 1 in the text; `cure` may be empty."""

    def __init__(self, message: str, column: int = 1, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Offset:
    """So many units forward (negative: back)."""

    number: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Snap:
    """Back to the start of the unit; `weekday` (0 = Sunday) with unit `w`."""

    unit: Unit
    weekday: int = 0


@dataclass(frozen=True, slots=True)
class TimeModifier:
    """A time modifier that was read: a fixed `epoch`, or `steps` from the moment of the search.

    `wall` is a date and time without a zone, fixed once the zone is known. `realtime` marks the `rt` forms.
    """

    text: str
    steps: tuple[Offset | Snap, ...] = ()
    epoch: float | None = None
    wall: datetime | None = None
    realtime: bool = False

    @property
    def relative(self) -> bool:
        """Whether it depends on the moment of the search."""
        return self.epoch is None and self.wall is None

    def resolve(self, now: float, zone: tzinfo = UTC) -> float:
        """Epoch seconds for a search that starts at `now`. Raises TimeModifierError outside of the years 1-9999."""
        if self.epoch is not None:
            return self.epoch
        try:
            if self.wall is not None:
                return self.wall.replace(tzinfo=self.wall.tzinfo or zone).timestamp()
            moment = now
            for step in self.steps:
                moment = _move(moment, step, zone) if isinstance(step, Offset) else _snap(moment, step, zone)
            return moment
        except (OverflowError, ValueError, OSError) as error:
            raise TimeModifierError(f"'{self.text}' leaves the years 1 to 9999") from error


def parse(text: str) -> TimeModifier:
    """Read a time modifier. Raises TimeModifierError."""
    bare = text.strip()
    if not bare:
        raise TimeModifierError("a time modifier is empty", cure="use now, or for example -1h@h")
    if bare in ("now", "now()"):
        return TimeModifier(text)
    if _EPOCH.fullmatch(bare):
        if float(bare) >= _LAST_EPOCH:
            raise TimeModifierError(f"'{bare[:20]}' is after the year 9999", cure="write seconds, not milliseconds")
        return TimeModifier(text, epoch=float(bare))
    if bare[0].isdigit() and ("/" in bare or re.match(r"\d{4}-", bare)):
        return TimeModifier(text, wall=_absolute(bare))
    realtime = bare.startswith("rt")
    rest = bare.removeprefix("rt")
    if realtime and rest in ("", "now", "now()"):
        return TimeModifier(text, realtime=True)
    return TimeModifier(text, _steps(rest, text.index(bare) + len(bare) - len(rest)), realtime=realtime)


def resolve(modifier: str, now: float, zone: tzinfo = UTC) -> float:
    """Epoch seconds of `modifier` for a search that starts at `now` (epoch seconds). Raises TimeModifierError."""
    return parse(modifier).resolve(now, zone)


def _absolute(text: str) -> datetime:
    for pattern in _ABSOLUTE:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        cure = "write 10/27/2024:13:30:00 (month first) or 2024-10-27T13:30:00Z"
        raise TimeModifierError(f"'{text}' is not a date that Splunk reads", cure=cure) from None


def _steps(text: str, shift: int) -> tuple[Offset | Snap, ...]:
    """The steps of a relative modifier; `shift` is where `text` starts in what the user wrote."""
    steps: list[Offset | Snap] = []
    at = 0
    while at < len(text):
        column = shift + at + 1
        match = _STEP.match(text, at)
        if not match:
            raise _unreadable(text, at, column)
        if steps and not match["snap"] and not match["sign"]:
            raise TimeModifierError(f"'{match[0]}' needs a sign", column, f"write +{match[0]} or -{match[0]}")
        steps.append(_snap_of(match, column) if match["snap"] else _offset_of(match, column))
        at = match.end()
    return tuple(steps)


def _unreadable(text: str, at: int, column: int) -> TimeModifierError:
    number = re.compile(r"([+-]?)([0-9]+)(.?)").match(text, at)
    if number and number[3] != ".":
        sign, digits, _ = number.groups()
        return TimeModifierError(f"'{sign}{digits}' has no unit", column, f"for seconds write {sign or '+'}{digits}s")
    if number:
        return TimeModifierError(
            "the number of units must be whole", column, "use the next smaller unit: -90m, not -1.5h"
        )
    if text.startswith("@", at):
        return TimeModifierError("'@' must be followed by a unit", column, "for example @d or @w1")
    return TimeModifierError(f"'{text[at:]}' is not an offset (-1h) or a snap (@d)", column)


def _offset_of(match: re.Match[str], column: int) -> Offset:
    unit = _unit(match["unit"], column + match.start("unit") - match.start())
    digits = match["number"] or "1"
    if len(digits) > 12:
        raise TimeModifierError(f"'{match[0][:20]}…' is too large", column)
    return Offset(int(digits) * (-1 if match["sign"] == "-" else 1), unit)


def _snap_of(match: re.Match[str], column: int) -> Snap:
    unit = _unit(match["at"], column + 1)
    if not match["day"]:
        return Snap(unit)
    if match["at"] != "w" or match["day"] not in tuple("01234567"):
        cure = "days of the week are @w0 (Sunday) to @w6; @w7 is Sunday, too" if unit == "w" else f"use @{match['at']}"
        raise TimeModifierError(f"'{match[0]}' is not a snap", column, cure)
    return Snap("w", int(match["day"]) % 7)


def _unit(spelling: str, column: int) -> Unit:
    unit = UNITS.get(spelling)
    if unit:
        return unit
    cure = "units are s, m, h, d, w, mon, q, y"
    if spelling.lower() in UNITS:
        cure = f"units are lower case: {spelling.lower()}" + (" is minutes, mon is months" if spelling == "M" else "")
    raise TimeModifierError(f"'{spelling}' is not a unit of time", column, cure)


def _move(moment: float, step: Offset, zone: tzinfo) -> float:
    if step.unit in _SECONDS:
        return moment + step.number * _SECONDS[step.unit]
    local, fraction = _local(moment, zone)
    if step.unit in _MONTHS:
        months = local.year * 12 + local.month - 1 + step.number * _MONTHS[step.unit]
        year, month = months // 12, months % 12 + 1
        # 31 March less a month is the last day of February: a missing day is not carried into the next month.
        return _epoch(local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))) + fraction
    return _epoch(local + timedelta(days=step.number * (7 if step.unit == "w" else 1))) + fraction


def _snap(moment: float, step: Snap, zone: tzinfo) -> float:
    local, _ = _local(moment, zone)
    if step.unit in _SECONDS:
        # By subtraction, not by setting fields: right in the hour that summer time repeats.
        into = {"s": 0, "m": local.second, "h": local.minute * 60 + local.second}[step.unit]
        return float(moment // 1 - into)
    day = local.replace(hour=0, minute=0, second=0, fold=0)
    match step.unit:
        case "w":
            day -= timedelta(days=(day.isoweekday() - step.weekday) % 7)
        case "mon":
            day = day.replace(day=1)
        case "q":
            day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "y":
            day = day.replace(month=1, day=1)
    return _epoch(day)


def _local(moment: float, zone: tzinfo) -> tuple[datetime, float]:
    """The wall clock at `moment`, in whole seconds, and the fraction of a second that is left."""
    whole = moment // 1
    return datetime(1970, 1, 1, tzinfo=UTC).__add__(timedelta(seconds=whole)).astimezone(zone), moment - whole


def _epoch(local: datetime) -> float:
    return (local - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
