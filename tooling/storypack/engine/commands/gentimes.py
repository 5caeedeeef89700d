"""gentimes. Search Reference: "gentimes"."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from storypack import timemod
from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import generating
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree

_MOST_RANGES = 100_000


@generating("gentimes")
def gentimes(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """Time ranges from `start` to `end` (midnight before now), each `increment` (a day) long."""
    options = options_of(node.options)
    if "start" not in options:
        raise SearchError("gentimes needs start=")
    start = _moment(options["start"], session)
    end = _moment(options.get("end", "0"), session)  # midnight before now
    step = _step(options.get("increment", "1d"))
    begins: list[float] = []
    at = start
    while at < end:
        if len(begins) == _MOST_RANGES:
            raise SearchError(f"gentimes: more than {_MOST_RANGES:,} ranges of time")
        begins.append(at)
        at += step
    columns: dict[str, list[Any]] = {
        "starttime": begins,
        "endtime": [begin + step - 1 for begin in begins],
        "starthuman": [_human(begin) for begin in begins],
        "endhuman": [_human(begin + step - 1) for begin in begins],
    }
    return session.table(columns, "gentimes")


_SHORT_YEAR = re.compile(r"(\d{1,2}/\d{1,2}/)(\d{2})((?::.*)?)").fullmatch


def _moment(text: str, session: Session) -> float:
    """`mm/dd/yyyy[:HH:MM:SS]`, also with a year of two digits (69 to 99 are of the last century, as of strptime's
    `%y`), or so many days from now (`-5`), at midnight."""
    try:
        if text.lstrip("-").isdigit():
            return timemod.resolve(f"{int(text):+d}d@d", session.now)
        if short := _SHORT_YEAR(text.strip()):
            date, year, clock = short.groups()
            text = f"{date}{'19' if int(year) >= 69 else '20'}{year}{clock}"
        return timemod.resolve(text, session.now)
    except timemod.TimeModifierError as error:
        raise SearchError(error.message) from error


def _step(text: str) -> float:
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if not found or not int(found[1]):
        raise SearchError(f"gentimes: increment must be a number and s, m, h or d, not `{text}`")
    return int(found[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]]


def _human(moment: float) -> str:
    time = datetime.fromtimestamp(moment, UTC)
    return f"{time:%a %b} {time.day:2d} {time:%H:%M:%S %Y}"
