"""`_time` of an event, by the settings of its origin.

props.conf.spec: TIMESTAMP_FIELDS, TIME_PREFIX, TIME_FORMAT, MAX_TIMESTAMP_LOOKAHEAD (128). Without any of them, the
first thing at the event's start that looks like a time. Times without a zone are of TZ, else UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storypack.engine.knowledge.extraction import json_field
from storypack.engine.knowledge.layers import Layers
from storypack.engine.sql import as_text, quote
from storypack.engine.udf.re2 import translate

_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
_EPOCH = r"\b1[0-9]{9}(?:\.\d+)?\b"
_SYSLOG = r"[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d(?: \d{4})?"
_APACHE = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}"
_US = r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?: [AP]M)?"
_WITH_ZONE = r"(Z|[+-]\d\d:?\d\d)$|^\d+(\.\d+)?$"
_HAS_ZONE = re.compile(r"%[zZs]|%:z|%::z")
_ANYWHERE = f"({_ISO}|{_APACHE}|{_US}|{_SYSLOG}|{_EPOCH})"


def time_sql(settings: Mapping[str, str], layers: Layers, now: float) -> str:
    """DOUBLE SQL over `_raw`: epoch seconds, NULL where the event shows no time."""
    clock = repr(float(now))
    zone = _zone(settings)
    if names := settings.get("TIMESTAMP_FIELDS"):
        found = [as_text(json_field(name.strip(), layers)) for name in names.split(",")]
        return "coalesce(" + ", ".join(f"spl_timestamp({text}, {clock})" for text in found) + ")"
    lookahead = settings.get("MAX_TIMESTAMP_LOOKAHEAD", "").strip()
    width = int(lookahead) if lookahead.isdigit() and int(lookahead) > 0 else 128
    prefix = settings.get("TIME_PREFIX", "")
    text = _after(prefix, width) if prefix else f"left(_raw, {width})"
    if form := settings.get("TIME_FORMAT"):
        time = f"spl_strptime({text}, {quote(form)}, {clock})"
        return time if _HAS_ZONE.search(form) else _local(time, zone)
    shown = f"nullif(regexp_extract({text}, {quote(_ANYWHERE)}, 1), '')"
    time = f"spl_timestamp({shown}, {clock})"
    if not zone:
        return time
    return f"CASE WHEN regexp_matches({shown}, {quote(_WITH_ZONE)}) THEN {time} ELSE {_local(time, zone)} END"


def _zone(settings: Mapping[str, str]) -> str:
    """TZ, the zone of times that name none; empty for UTC and for a zone that nobody knows."""
    name = settings.get("TZ", "").strip()
    try:
        return ZoneInfo(name).key if name else ""
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ""


def _local(time: str, zone: str) -> str:
    """Epoch seconds of a wall clock that was read as if it were UTC's."""
    return f"epoch(timezone({quote(zone)}, make_timestamp(CAST(({time}) * 1e6 AS BIGINT))))" if zone else time


def _after(prefix: str, width: int) -> str:
    """The `width` characters after the first match of a pattern; NULL where it does not match."""
    plain = translate(prefix)
    if plain is not None and plain.groups < 9 and width <= 1000:
        spelled = f"(?:{plain.pattern})((?s:.{{0,{width}}}))"
        return f"nullif(regexp_extract(_raw, {quote(spelled)}, {plain.groups + 1}), '')"
    pattern = f"(?:{prefix})([\\s\\S]{{0,{width}}})"
    return f"spl_groups(_raw, {quote(pattern)})[-1]"
