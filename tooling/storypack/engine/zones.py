"""TZ of props.conf: the zone of times that name none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from functools import cache


def zone_of(name: str, warn: Callable[[str], object]) -> str:
    """A time zone by its name; empty for UTC and for a zone that nobody knows, of which `warn` is told."""
    name = name.strip()
    if not name:
        return ""
    known = zones()
    if known.get(name) == name:
        return name
    same = known.get(name.lower())
    near = [same] if same else get_close_matches(name, [zone for zone in known if "/" in zone], n=1)
    cure = f"; did you mean {near[0]}?" if near else ""
    warn(f"TZ = {name} is no time zone, so times without one are read as UTC{cure}")
    return ""


@cache
def zones() -> dict[str, str]:
    """The time zones that there are, each also by its name in small letters."""
    from zoneinfo import available_timezones

    names = available_timezones() - {"localtime", "Factory"}
    return {name.lower(): name for name in names} | {name: name for name in names}


def local_seconds(wall: float, zone: tzinfo | None) -> float:
    """Epoch seconds of a wall clock of a zone (None = UTC) that was read as if it were UTC's."""
    whole = wall // 1
    return datetime.fromtimestamp(whole, UTC).replace(tzinfo=zone or UTC).timestamp() + (wall - whole)
