"""`_time` of events as they are indexed: what the text shows, else what stands in its place.

props.conf.spec: TIME_PREFIX, TIME_FORMAT, MAX_TIMESTAMP_LOOKAHEAD (from the end of the prefix), TZ, DATETIME_CONFIG,
MAX_DAYS_AGO and MAX_DAYS_HENCE (only where they are set: logs of an incident may be old). An event that shows no time
has that of the event before it in its file, the first one the file's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from storypack.engine.ingest.forms import DAY, Seen, event_time, first_time, keyed_time
from storypack.engine.ingest.settings import Settings
from storypack.engine.udf.regex import GIVEN_UP, STRIKES
from storypack.engine.udf.timeformat import strptime_past
from storypack.engine.zones import local_seconds, zone_of

LOOKAHEAD = 128

_ZONED_FORMAT = re.compile(r"%[zZs]|%:{1,3}z|%E?z")
_DATED_FORMAT = re.compile(r"%[dejsDFcx+]")
_FILE_DATE = re.compile(r"(?:^|\D)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?:\D|$)")

CURRENT, NONE = "CURRENT", "NONE"


@dataclass
class TimeReader:
    """The time that an event's text shows, by the settings of its origin. `now` (epoch seconds) is the clock."""

    settings: Settings
    now: float
    _day: float | None = None
    _prefix: Any = field(init=False)
    _format: str = field(init=False)
    _width: int = field(init=False)
    _zone: ZoneInfo | None = field(init=False)

    def __post_init__(self) -> None:
        self._prefix = self.settings.pattern("TIME_PREFIX")
        self._format = self.settings.text("TIME_FORMAT")
        self._width = self.settings.number("MAX_TIMESTAMP_LOOKAHEAD", LOOKAHEAD)
        name = zone_of(self.settings.text("TZ"), self.settings.warn)
        self._zone = ZoneInfo(name) if name else None

    @cached_property
    def config(self) -> str:
        """CURRENT or NONE: no time is read; else empty."""
        text = self.settings.text("DATETIME_CONFIG")
        if text.upper() in (CURRENT, NONE):
            return text.upper()
        if text and not text.endswith("etc/datetime.xml") and text != "/etc/datetime.xml":
            self.settings.warn(f"DATETIME_CONFIG = {text} is not read; times are looked for as without it")
        return ""

    @cached_property
    def _is_narrowed(self) -> bool:
        return bool(self.settings.text("MAX_TIMESTAMP_LOOKAHEAD"))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """TIMESTAMP_FIELDS: the fields that make up the time together."""
        names = self.settings.text("TIMESTAMP_FIELDS").split(",")
        return tuple(name.strip().strip('"') for name in names if name.strip())

    def with_day_of(self, time: float | None) -> None:
        """Give the date of `time` to clocks that come without one."""
        if time is not None:
            self._day = time

    def shows(self, text: str) -> bool:
        """Whether a line shows a time."""
        return not self.config and self.of_text(text) is not None

    def of_text(self, text: str, fields: Mapping[str, list[str]] | None = None) -> float | None:
        """Epoch seconds; None where the text (or what it holds in TIMESTAMP_FIELDS) shows no time, or none that
        MAX_DAYS_AGO and MAX_DAYS_HENCE let pass."""
        time = self._of_fields(text, fields) if self.fields else None
        if time is None and not (self.fields and fields is not None):
            time = self._of_text(text)
            if time is None and fields and not self._format and self._prefix is None:
                seen = keyed_time(lambda key: fields.get(key, [None])[0], self.now)
                time = None if seen is None else self._fixed(seen)
        return time if time is None or self._is_accepted(time) else None

    def _is_accepted(self, time: float) -> bool:
        ago, hence = (self.settings.number(key, -1) for key in ("MAX_DAYS_AGO", "MAX_DAYS_HENCE"))
        if ago >= 0 and time < self.now - ago * DAY:
            return False
        return not (hence >= 0 and time > self.now + hence * DAY)

    def _of_text(self, text: str) -> float | None:
        at = 0
        if self._prefix is not None:
            try:
                match = self._prefix.search(text)
            except GIVEN_UP as error:
                STRIKES.note(self._prefix.pattern, error)
                return None
            if match is None:
                return None
            at = match.end()
        within = text[at : at + self._width] if self._width > 0 else text[at:]
        if self._format:
            return self._formatted(within)
        if self._prefix is None and not self._is_narrowed and (seen := event_time(text, self.now)) is not None:
            return self._fixed(seen)
        found = first_time(within, self.now, self._day)
        return None if found is None else self._fixed(found)

    def _formatted(self, text: str) -> float | None:
        day = self.now if self._day is None else self._day
        time = strptime_past(text, self._format, self.now if _DATED_FORMAT.search(self._format) else day)
        if time is None or self._zone is None or _ZONED_FORMAT.search(self._format):
            return time
        return local_seconds(time, self._zone)

    def _of_fields(self, text: str, fields: Mapping[str, list[str]] | None) -> float | None:
        if fields is None:
            fields = _json_fields(text)
        parts = [fields[name][0] for name in self.fields if fields.get(name)]
        if not parts:
            return None
        for joined in dict.fromkeys([" ".join(parts), *parts]):
            if self._format and (time := self._formatted(joined)) is not None:
                return time
            if not self._format and (found := first_time(joined, self.now, self._day)) is not None:
                return self._fixed(found)
        return None

    def _fixed(self, seen: Seen) -> float:
        return seen.seconds if seen.is_fixed or self._zone is None else local_seconds(seen.seconds, self._zone)


@dataclass
class Clock:
    """The chain of times of one file's events. `own` = the file's own time, in epoch seconds (None = unknown); `count`
    and `untimed` = how many events there were, and how many of them showed no time."""

    reader: TimeReader
    own: float | None
    name: str = ""
    count: int = 0
    untimed: int = 0
    _last: float | None = None
    _day: float | None = None

    def __post_init__(self) -> None:
        dated = _FILE_DATE.search(self.name)
        day = datetime(int(dated[1]), int(dated[2]), min(int(dated[3]), 28), tzinfo=UTC) if dated else None
        self._day = self.own
        if dated and day is not None:
            self._day = day.timestamp() + (int(dated[3]) - day.day) * DAY
        self.reader.with_day_of(self._day)

    def time(
        self, text: str, fields: Mapping[str, list[str]] | None = None, reader: TimeReader | None = None
    ) -> float | None:
        """The next event's time; None where nothing tells it. `reader` = that of the event's own origin."""
        reader = reader or self.reader
        self.count += 1
        if reader.config:
            return None if reader.config == CURRENT else self.own
        reader.with_day_of(self._day)
        time = reader.of_text(text, fields)
        if time is None:
            self.untimed += 1
            return self.own if self._last is None else self._last
        self.reader.with_day_of(time)
        self._last = self._day = time
        return time


def _json_fields(text: str) -> dict[str, list[str]]:
    """The fields of a JSON event by their paths, as far as there are no arrays; none of another text."""
    if not text.lstrip().startswith("{"):
        return {}
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, list[str]] = {}
    rest: list[tuple[str, Any]] = [("", event)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, dict):
            rest += [(f"{path}.{key}" if path else key, member) for key, member in value.items()]
        elif value is not None and not isinstance(value, list):
            found[path] = [str(value)]
    return found
