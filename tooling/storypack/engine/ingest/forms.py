"""How times look that no setting describes: one table, read by Python and by DuckDB.

Getting Data In: "How timestamp assignment works". A number is a time only where it begins an event or stands behind a
word for a time: a count of bytes has ten digits, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from storypack.engine.udf.timeformat import ABBREVIATIONS

DAY = 86_400.0

KEYS = (
    "@timestamp",
    "eventTime",
    "timestamp",
    "_time",
    "time",
    "ts",
    "CreationDate",
    "CreationTime",
    "TimeCreated",
    "SystemTime",
    "__REALTIME_TIMESTAMP",
)
"""Keys whose value is an event's time, the surest first."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = f"(?P<b>{'|'.join(_MONTHS)})[a-z]{{0,6}}"
_NAMES = "|".join(sorted(ABBREVIATIONS, key=lambda name: (-len(name), name)))
_ZONE = rf"(?: ?(?P<z>[+-](?:0\d|1[0-4]):?[0-5]\d\b|(?:{_NAMES})\b))?"
_CLOCK = r"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d|60)(?:[.,](?P<N>\d{1,9}))?)?(?: ?(?P<p>[AaPp][Mm])\b)?"
_FULL_CLOCK = r"(?P<H>[01]?\d|2[0-3]):(?P<M>[0-5]\d):(?P<S>[0-5]\d|60)(?:[.,](?P<N>\d{1,9}))?(?: ?(?P<p>[AaPp][Mm])\b)?"
_EPOCH = r"(?P<s>1\d{18}|1\d{15}|1\d{12}|1\d{9}(?:\.\d{1,9})?)\b"
_WORDS = "|".join(key for key in KEYS if key.isalpha()) + "|epoch|date|msg=audit|__REALTIME_TIMESTAMP|_time"

_FORMS = (
    rf"(?P<Y>[12]\d{{3}})[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?:[T_]|,? +|:){_CLOCK}{_ZONE}",
    r"(?P<Y>20\d\d)(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])[T ](?P<H>[01]\d|2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)"
    rf"(?:[.,](?P<N>\d{{1,9}}))?{_ZONE}",
    rf"(?P<d>3[01]|[12]\d|0?[1-9])[-/ ]{_MONTH}[-/ ,]+(?P<Y>[12]\d{{3}})(?::|,? +){_CLOCK}{_ZONE}",
    rf"(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])/(?P<Y>[12]\d{{3}}),? +{_CLOCK}{_ZONE}",
    rf"{_MONTH} +(?P<d>3[01]|[12]\d|0?[1-9]),? +(?P<Y>[12]\d{{3}}),? +(?:at )?{_CLOCK}{_ZONE}",
    rf"{_MONTH} +(?P<d>3[01]|[12]\d|0?[1-9]) {_FULL_CLOCK}{_ZONE} (?P<Y>[12]\d{{3}})\b",
    rf"{_MONTH} +(?P<d>3[01]|[12]\d|0?[1-9]) {_FULL_CLOCK}{_ZONE}",
    rf"(?P<Y>[12]\d{{3}})-(?P<m>1[0-2]|0[1-9])-(?P<d>3[01]|[12]\d|0[1-9])['\"]? time=['\"]?{_FULL_CLOCK}",
    r"/Date\((?P<s>\d{12,13})(?:[+-]\d{4})?\)",
)
_AT_START = (
    r"(?P<Y>[12]\d{3})[-/.](?P<m>1[0-2]|0[1-9])[-/.](?P<d>3[01]|[12]\d|0[1-9])\b",
    rf"(?P<d>3[01]|[12]\d|0[1-9])[-/ ]{_MONTH}[-/ ](?P<Y>[12]\d{{3}})\b",
    r"(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])/(?P<Y>[12]\d{3})\b",
    rf"{_FULL_CLOCK}{_ZONE}",
)
_KEYED = rf"(?:{_WORDS})['\"]?\s*[=:(]\s*['\"]?{_EPOCH}"


def _bare(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


ANYWHERE = (
    r"(?:^|[^0-9A-Za-z])("
    + "|".join(_bare(form) for form in _FORMS)
    + rf"|{_bare(_KEYED)})"
    + r"|^(?:\s*<\d{1,3}>)?[\s#'\"\[({]*(?:("
    + "|".join(_bare(form) for form in _AT_START)
    + rf")(?:$|[^:\d]|:\D|:$)|({_bare(_EPOCH)})(?:$|\D))"
)
"""The first time in a text, in the group that takes part; a pattern of RE2 and of Python alike."""

HAS_ZONE = rf"(?:Z|[+-]\d\d:?\d\d|\d ?(?:{_NAMES})|(?:{_NAMES}) \d{{4}})$|(?:^|\D)1\d{{9}}|/Date"
"""Texts of times that name their zone, or need none."""


_SYSTEM_TIME = re.compile(r"""<TimeCreated SystemTime=['"]([^'"]+)""")


@dataclass(frozen=True, slots=True)
class Seen:
    """A time as it stands in a text. `seconds` since 1970 by the wall clock, or in UTC where `is_fixed` (the text names
    a zone, or is a number). `has_date` = the day is the text's own, `has_clock` = so is the hour."""

    seconds: float
    is_fixed: bool
    has_date: bool = True
    has_clock: bool = True


@cache
def _anywhere() -> re.Pattern[str]:
    return re.compile(ANYWHERE)


@cache
def _readers() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form) for form in (*_FORMS, _KEYED, *_AT_START, _EPOCH))


def first_time(text: str, now: float, day: float | None = None) -> Seen | None:
    """The first time in a text; None for none. `now` gives the year to a date without one (that of the year before, if
    the date would lie more than two days ahead), `day` (epoch seconds of its midnight) the date to a clock alone."""
    match = _anywhere().search(text)
    return read_time(match[match.lastindex or 0], now, day) if match else None


def read_time(text: str, now: float, day: float | None = None) -> Seen | None:
    """The time that is all of a text; see `first_time`."""
    for reader in _readers():
        match = reader.fullmatch(text)
        if match is not None and (seen := _seen(match.groupdict(), now, day)) is not None:
            return seen
    return None


def _seen(parts: Mapping[str, str | None], now: float, day: float | None) -> Seen | None:
    if number := parts.get("s"):
        return Seen(epoch_seconds(number), is_fixed=True)
    today = datetime.fromtimestamp(now if day is None else day, UTC)
    has_date, has_clock = parts.get("d") is not None, parts.get("H") is not None
    year = parts.get("Y")
    month = int(parts["m"] or 0) if parts.get("m") else _month(parts.get("b"))
    try:
        moment = (
            datetime(int(year or today.year), month, int(parts["d"] or 0), tzinfo=UTC)
            if has_date
            else datetime(today.year, today.month, today.day, tzinfo=UTC)
        )
        moment += timedelta(seconds=_clock(parts))
        if has_date and not year and moment.timestamp() > now + 2 * DAY:
            moment = moment.replace(year=moment.year - 1)
    except ValueError:
        return None
    zone = parts.get("z")
    seconds = moment.timestamp() + float(f"0.{parts.get('N') or 0}") - (_east(zone) if zone else 0)
    return Seen(seconds, zone is not None, has_date, has_clock)


def epoch_seconds(number: str) -> float:
    """Epoch seconds of a number of seconds, or of milli-, micro- or nanoseconds by its length."""
    whole = len(number.partition(".")[0])
    return float(number) / (1 if whole <= 11 else 10 ** (3 * ((whole - 9) // 3)))


def _month(name: str | None) -> int:
    return _MONTHS.index(name) + 1 if name else 0


def _clock(parts: Mapping[str, str | None]) -> int:
    hour = int(parts.get("H") or 0)
    if half := parts.get("p"):
        hour = hour % 12 + (12 if half in ("PM", "pm", "Pm", "pM") else 0)
    return hour * 3600 + int(parts.get("M") or 0) * 60 + int(parts.get("S") or 0)


def _east(zone: str) -> int:
    """Seconds east of UTC."""
    if zone in ABBREVIATIONS:
        return ABBREVIATIONS[zone] * 3600
    digits = zone[1:].replace(":", "")
    size = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -size if zone[0] == "-" else size


JsonLookup = Callable[[str], str | None]


def keyed_time(value_of: JsonLookup, now: float) -> Seen | None:
    """The time of an event whose keys are known: that of the first of KEYS which holds one."""
    for key in KEYS:
        text = value_of(key)
        if text and (seen := read_keyed(text, now)) is not None:
            return seen
    return None


def read_keyed(text: str, now: float) -> Seen | None:
    """The time that a key's value is, from its first character on."""
    match = _anywhere().match(text.strip())
    return read_time(match[match.lastindex or 0], now) if match else None


def event_time(text: str, now: float) -> Seen | None:
    """The time under one of the keys that are known to hold it, in JSON and in Windows events in XML."""
    if text.startswith("{") and any(f'"{key}"' in text for key in KEYS):
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return keyed_time(lambda key: _scalar(event.get(key)), now) if isinstance(event, dict) else None
    if text.startswith("<") and (match := _SYSTEM_TIME.search(text)):
        return first_time(match[1], now)
    return None


def _scalar(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)
