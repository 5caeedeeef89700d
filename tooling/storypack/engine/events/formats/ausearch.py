"""Linux audit records as ausearch shows them: groups between lines of `----`, times in the analyst's own words.

Raw audit logs, enriched or not, are lines; `ausearch` puts separators between events, and `-i` names for numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from storypack.engine.events.event import CutEvent, lines
from storypack.engine.events.formats.registry import Format, Head

INTERPRETED = "its date and time are those of the machine where ausearch ran; read as month/day/year in UTC"

_BETWEEN = re.compile(r"----|time->.*")
_STAMP = re.compile(r"msg=audit\((\S+) (\d\d:\d\d:\d\d(?:\.\d+)?):\d+\)")
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4}|\d\d)")


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Each record; what stands between events is none."""
    for line, number in lines(text, damage):
        raw = line.strip("\r\n")
        if not raw or _BETWEEN.fullmatch(raw):
            continue
        stamp = _STAMP.search(raw)
        time, note = audit_time(stamp[1], stamp[2]) if stamp else (None, "")
        yield CutEvent(raw, number, time=time, note=note)


def audit_time(date: str, time: str) -> tuple[float | None, str]:
    """Epoch seconds of a date and a time as ausearch writes them in English, and the word on it."""
    match = _DATE.fullmatch(date)
    if match is None:
        return None, ""
    month, day, year = (int(part) for part in match.groups())
    try:
        clock = datetime.strptime(time, "%H:%M:%S.%f" if "." in time else "%H:%M:%S").time()
        moment = datetime.combine(datetime(year + 2000 * (year < 100), month, day, tzinfo=UTC), clock, tzinfo=UTC)
    except ValueError:
        return None, ""
    return moment.timestamp(), INTERPRETED


def recognises(head: Head) -> bool:
    first = head.first_line
    return first == "----" or first.startswith("time->") or bool(first.startswith("type=") and _STAMP.search(first))


FORMAT = Format("ausearch", rank=150, recognises=recognises, cut=events)
