"""strftime and strptime with Splunk's variables.

Search Reference: "Date and time format variables". The time zone is UTC.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from storypack.engine.sql import quote
from storypack.engine.udf.registry import macro, udf

_VARIABLE = re.compile(r"%(?P<width>[1-9])?(?P<modifier>:{1,3}|E|-|_)?(?P<name>[A-Za-z%+])")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_COMPOSITES = {
    "c": "%a %b %e %H:%M:%S %Y",
    "+": "%a %b %e %H:%M:%S %Z %Y",
    "D": "%m/%d/%y",
    "F": "%Y-%m-%d",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "r": "%I:%M:%S %p",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "h": "%b",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _expand(text: str) -> str:
    """The format with `%T` and its kin spelled out."""

    def spell(found: re.Match[str]) -> str:
        return _COMPOSITES.get(found["name"], found[0]) if found["name"] != "%" else found[0]

    return _VARIABLE.sub(spell, text)


# --- to text --------------------------------------------------------------------------------------------------------

_FORMATS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda t: f"{t.year:04d}",
    "C": lambda t: f"{t.year // 100:02d}",
    "y": lambda t: f"{t.year % 100:02d}",
    "m": lambda t: f"{t.month:02d}",
    "d": lambda t: f"{t.day:02d}",
    "e": lambda t: f"{t.day:2d}",
    "H": lambda t: f"{t.hour:02d}",
    "k": lambda t: f"{t.hour:2d}",
    "I": lambda t: f"{t.hour % 12 or 12:02d}",
    "l": lambda t: f"{t.hour % 12 or 12:2d}",
    "M": lambda t: f"{t.minute:02d}",
    "S": lambda t: f"{t.second:02d}",
    "p": lambda t: "AM" if t.hour < 12 else "PM",
    "P": lambda t: "am" if t.hour < 12 else "pm",
    "A": lambda t: _DAYS[t.weekday()],
    "a": lambda t: _DAYS[t.weekday()][:3],
    "B": lambda t: _MONTHS[t.month - 1],
    "b": lambda t: _MONTHS[t.month - 1][:3],
    "j": lambda t: f"{t.timetuple().tm_yday:03d}",
    "w": lambda t: str((t.weekday() + 1) % 7),
    "u": lambda t: str(t.isoweekday()),
    "U": lambda t: f"{(t.timetuple().tm_yday + 6 - (t.weekday() + 1) % 7) // 7:02d}",
    "W": lambda t: f"{(t.timetuple().tm_yday + 6 - t.weekday()) // 7:02d}",
    "V": lambda t: f"{t.isocalendar().week:02d}",
    "G": lambda t: f"{t.isocalendar().year:04d}",
    "g": lambda t: f"{t.isocalendar().year % 100:02d}",
    "Z": lambda t: "UTC",
    "s": lambda t: str((t - _EPOCH) // timedelta(seconds=1)),
    "n": lambda t: "\n",
    "t": lambda t: "\t",
    "%": lambda t: "%",
}
_ZONES = {None: "+0000", ":": "+00:00", "::": "+00:00:00", ":::": "+00", "E": "+0"}
_SUBSECONDS = {"N": 9, "Q": 3, "f": 6}


@lru_cache(maxsize=256)
def _formatter(text: str) -> tuple[str | Callable[[datetime], str] | int, ...]:
    """A format in parts: text, a function of the time, or a number of subsecond digits."""
    parts: list[str | Callable[[datetime], str] | int] = []
    text, at = _expand(text), 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[at : found.start()])
        at = found.end()
        name = found["name"]
        if name == "z":
            parts.append(_ZONES.get(found["modifier"], "+0000"))
        elif name in _SUBSECONDS:
            parts.append(int(found["width"] or _SUBSECONDS[name]))
        else:
            parts.append(_FORMATS.get(name, found[0]))
    parts.append(text[at:])
    return tuple(part for part in parts if part != "")


@udf("spl_strftime", "DOUBLE", "VARCHAR", returns="VARCHAR")
def strftime(epoch: float | None, text: str | None) -> str | None:
    """A time in words; null for null and for times outside of the years 1 to 9999."""
    if epoch is None or text is None or not math.isfinite(epoch):
        return None
    seconds = math.floor(epoch)
    micros = round((epoch - seconds) * 1_000_000)
    if micros == 1_000_000:
        seconds, micros = seconds + 1, 0
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    out: list[str] = []
    for part in _formatter(text):
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, int):
            out.append(f"{micros * 1000:09d}"[:part])
        else:
            out.append(part(moment))
    return "".join(out)


# --- from text ------------------------------------------------------------------------------------------------------

# hours east of UTC; of names that stand for several zones, the one that logs mean most often
_HOURS_EAST = {
    -10: "HST",
    -9: "AKST",
    -8: "PST",
    -7: "PDT MST",
    -6: "MDT CST",
    -5: "CDT EST",
    -4: "EDT",
    0: "UTC GMT Z UT WET",
    1: "CET MEZ BST WEST",
    2: "CEST MESZ EET",
    3: "EEST MSK",
    8: "SGT HKT",
    9: "JST",
    10: "AEST",
    11: "AEDT",
}
ABBREVIATIONS = {name: hours for hours, names in _HOURS_EAST.items() for name in names.split()}
_PIECES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{1,2})",
    "C": r"\d{2}",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r"(?P<d>3[01]|[12]\d|0?[1-9])",
    "e": r"\s*(?P<d>3[01]|[12]\d|0?[1-9])",
    "H": r"(?P<H>2[0-4]|1\d|0?\d)",
    "k": r"\s*(?P<H>2[0-4]|1\d|0?\d)",
    "I": r"(?P<I>1[0-2]|0?\d)",
    "l": r"\s*(?P<I>1[0-2]|0?\d)",
    "M": r"(?P<M>[0-5]?\d)",
    "S": r"(?P<S>6[01]|[0-5]?\d)",
    "p": r"(?P<p>[aApP]\.?[mM]\.?)",
    "A": "(?:" + "|".join(f"{day}|{day[:3]}" for day in _DAYS) + ")",
    "B": "(?P<B>" + "|".join(f"{month}|{month[:3]}" for month in _MONTHS) + ")",
    "j": r"(?P<j>\d{1,3})",
    "w": r"\d",
    "u": r"\d",
    "U": r"\d{1,2}+",
    "W": r"\d{1,2}+",
    "V": r"\d{1,2}+",
    "G": r"\d{4}",
    "g": r"\d{2}",
    "Z": r"(?P<Z>[A-Za-z]{1,5})(?![A-Za-z])",
    "z": r"(?P<z>Z|[+-]\d{2}(?::?\d{2}(?::\d{2})?)?)",
    "s": r"(?P<s>-?\d+)",
    "%": "%",
}
_PIECES |= {"a": _PIECES["A"], "b": _PIECES["B"], "P": _PIECES["p"]}


@lru_cache(maxsize=256)
def _parser(text: str) -> re.Pattern[str] | None:
    """The pattern of a format; None if it has a variable that is none, or twice the same."""
    text = _expand(text)
    out: list[str] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        out.append(_literal(text[at : found.start()]))
        at = found.end()
        name = found["name"]
        if name in _SUBSECONDS and out[-2:] == [_PIECES["s"], ""]:
            out[-2:] = [_EPOCH_DIGITS, _digits(found["width"], name)]
        elif name in _SUBSECONDS:
            out.append(rf"(?P<N>\d{{1,{found['width'] or 9}}})")
        elif name in "nt":
            out.append(r"\s+")
        elif name in _PIECES:
            out.append(_PIECES[name])
        else:
            return None
    out.append(_literal(text[at:]))
    try:
        return re.compile(_BLANKS.sub(_once, "".join(out)), re.IGNORECASE)
    except re.error:
        return None


_BLANKS = re.compile(r"(?:\\s[*+])+")


def _once(blanks: re.Match[str]) -> str:
    """Blanks that stand for blanks side by side, as one that gives none of them back: each way to divide a long run of
    blanks among them would be tried."""
    return r"\s++" if "+" in blanks[0] else r"\s*+"


# The seconds of `%s` with subseconds right behind them (`%s%3N`): 13 digits are seconds and milliseconds, so `%s` takes
# those of the years 1973 to 2286, and leaves the rest. TIME_FORMAT of the add-ons for AWS WAF, Cloudflare, FortiGate.
_EPOCH_DIGITS = r"(?P<s>-?\d{9,10})"


def _digits(width: str | None, name: str) -> str:
    """Subseconds behind seconds without a point between them: all their digits are there."""
    if width or name == "Q":
        return rf"(?P<N>\d{{{width or 3}}})"
    return r"(?P<N>\d{9}|\d{6}|\d{3})"


def _literal(text: str) -> str:
    """Blanks of a format stand for any number of blanks."""
    return re.sub(r"(?:\\?\s)+", lambda _: r"\s*", re.escape(text))


@udf("spl_strptime", "VARCHAR", "VARCHAR", "DOUBLE", returns="DOUBLE")
def strptime(value: str | None, text: str | None, now: float | None) -> float | None:
    """Epoch seconds of a time in words; null if it does not begin as the format says.

    What follows the format in `value` is passed over. Of a time without a date the date is that of `now`, of one
    without a year the year; a month without a day is no time.
    """
    if value is None or text is None:
        return None
    parser = _parser(text)
    found = parser.match(value.lstrip()) if parser else None
    if found is None:
        return None
    parts = {name: part for name, part in found.groupdict().items() if part}
    fraction = float(f"0.{parts['N']}") if "N" in parts else 0.0
    if "s" in parts:
        return float(parts["s"]) + fraction
    today = _EPOCH + timedelta(seconds=math.floor(now or 0.0))
    try:
        date = _date(parts, today)
        if date is None:
            return None
        seconds = (date - _EPOCH).total_seconds() + _seconds(parts) - _offset(parts)
    except (ValueError, OverflowError):
        return None
    return seconds + fraction


_YEARS = re.compile(r"%\d?(?:[YyCGgsc+DFx])")
_DAYS_AHEAD = 2 * 86_400.0
"""Seconds that an event's date may lie ahead (props.conf.spec: the default of MAX_DAYS_HENCE)."""


@udf("spl_strptime_past", "VARCHAR", "VARCHAR", "DOUBLE", returns="DOUBLE")
def strptime_past(value: str | None, text: str | None, now: float | None) -> float | None:
    """As `strptime`; a date without a year that would lie more than two days ahead is one of the year before."""
    time = strptime(value, text, now)
    if time is None or now is None or time <= now + _DAYS_AHEAD or _YEARS.search(text or ""):
        return time
    last_year = (_EPOCH + timedelta(seconds=now)).year - 1
    return strptime(value, text, (datetime(last_year, 7, 1, tzinfo=UTC) - _EPOCH).total_seconds())


def _date(parts: dict[str, str], today: datetime) -> datetime | None:
    year = today.year
    if "Y" in parts:
        year = int(parts["Y"])
    elif "y" in parts:
        year = int(parts["y"]) + (1900 if int(parts["y"]) >= 69 else 2000)
    if "j" in parts:
        return datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=int(parts["j"]) - 1)
    if not {"Y", "y", "m", "B", "d"} & parts.keys():
        return today.replace(hour=0, minute=0, second=0, microsecond=0)
    if "d" not in parts:
        return None
    month = today.month
    if "m" in parts:
        month = int(parts["m"])
    elif "B" in parts:
        month = 1 + [name[:3].lower() for name in _MONTHS].index(parts["B"][:3].lower())
    return datetime(year, month, int(parts["d"]), tzinfo=UTC)


def _seconds(parts: dict[str, str]) -> int:
    hour = int(parts.get("H", 0))
    if "I" in parts:
        hour = int(parts["I"]) % 12 + (12 if parts.get("p", "a")[0] in "pP" else 0)
    return hour * 3600 + int(parts.get("M", 0)) * 60 + int(parts.get("S", 0))


def _offset(parts: dict[str, str]) -> int:
    """Seconds east of UTC. ValueError for a name that is no time zone."""
    if "z" in parts and parts["z"].upper() != "Z":
        digits = parts["z"][1:].replace(":", "").ljust(6, "0")
        size = int(digits[:2]) * 3600 + int(digits[2:4]) * 60 + int(digits[4:6])
        return -size if parts["z"][0] == "-" else size
    if "Z" in parts:
        name = parts["Z"].upper()
        if name not in ABBREVIATIONS:
            raise ValueError(f"{name} is no time zone")
        return ABBREVIATIONS[name] * 3600
    return 0


# --- what DuckDB formats alike --------------------------------------------------------------------------------------

_ALIKE = set("YymdHMSpAaBbjI")

# years 1 to 9999, outside of which a timestamp may not be made
# the months since year 0, and the moment, of a time that has a date
macro(
    "spl_month",
    "t",
    body="CASE WHEN t >= -62135596800 AND t < 253402300800 "
    "THEN year(to_timestamp(t)) * 12 + month(to_timestamp(t)) - 1 END",
)
macro(
    "spl_moment",
    "t",
    body="make_timestamp(CASE WHEN t >= -62135596800 AND t < 253402300800 THEN CAST(t * 1e6 AS BIGINT) END)",
)
macro(
    "spl_strftime_alike",
    "x",
    "f",
    body="CASE WHEN x >= -62135596800 AND x < 253402300800 "
    "THEN strftime(make_timestamp(CAST(floor(x) AS BIGINT) * 1000000), f) END",
)


def strftime_sql(epoch: str, text: str) -> str:
    """SQL of a constant format, by DuckDB itself where the variables mean the same."""
    expanded = _expand(text)
    rest = _VARIABLE.sub("", expanded)
    plain = all(found[0][1:] in _ALIKE for found in _VARIABLE.finditer(expanded))
    if not plain or not expanded or "%" in rest or "\0" in rest:
        return f"spl_strftime({epoch}, {quote(text)})"
    return f"spl_strftime_alike({epoch}, {quote(expanded)})"


def strptime_sql(text: str, form: str, now: str) -> str:
    """SQL of a constant format: DuckDB reads a date and time exactly as written, the rest goes to `strptime`."""
    careful = f"spl_strptime({text}, {quote(form)}, {now})"
    expanded = _expand(form)
    names = [found[0][1:] for found in _VARIABLE.finditer(expanded)]
    if sorted(names) != sorted("YmdHMS") or "%" in _VARIABLE.sub("", expanded):
        return careful
    return f"coalesce(CAST(epoch(try_strptime({text}, {quote(expanded)})) AS DOUBLE), {careful})"
