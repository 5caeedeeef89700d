"""Results of a Splunk search as events again: `_raw` is the event, and the other columns are what Splunk knew of it.

The columns whose names begin with `__mv_` hold a field's values as `$value$;$value$`, with each `$` of a value doubled
(outputcsv). A `_time` without a zone is that of the exporting user; it is read as UTC, and this is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storypack.engine.events.event import Labels
from storypack.engine.events.openers.registry import Opened, epoch

ZONELESS = "its _time names no zone, and is read as UTC"
TIMELESS = "its _time cannot be read; the event's own text shows the time"

_OWN = frozenset(
    {"host", "source", "sourcetype", "index", "splunk_server", "splunk_server_group", "punct", "linecount"}
    | {"timestartpos", "timeendpos", "timestamp", "eventtype", "tag"}
)
_MULTI = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|$)")
_ZONE_NAMES = re.compile(r" (?:UTC|GMT|Z)$")
_COLONLESS = re.compile(r"(?<=\d)([+-]\d\d)(\d\d)$")


def exported_event(row: Mapping[str, Any]) -> Opened | None:
    """The event of a row that has `_raw`; None for another, such as one of statistics."""
    raw = row.get("_raw")
    if isinstance(raw, list):
        raw = "\n".join(map(str, raw))
    if not isinstance(raw, str) or not raw:
        return None
    time, note = _time(row.get("_time"))
    labels = Labels(*(_first(row.get(name)) for name in ("sourcetype", "source", "host", "index")))
    return Opened(raw, time, labels, _fields(row), note, is_stored=True)


def _time(value: Any) -> tuple[float | None, str]:
    if value in (None, ""):
        return None, ""
    if (number := epoch(value)) is not None:
        return number, ""
    text = _ZONE_NAMES.sub("+00:00", str(value).strip())
    text = _COLONLESS.sub(r"\1:\2", text)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None, TIMELESS
    return (time.timestamp(), "") if time.tzinfo else (time.replace(tzinfo=UTC).timestamp(), ZONELESS)


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the exporting Splunk had taken out of the event, without what it says of itself."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        if name.startswith(("_", "date_", "tag::")) or name in _OWN or value in (None, "", []):
            continue
        several = row.get(f"__mv_{name}")
        fields[name] = value
        if isinstance(several, str) and several.startswith("$"):
            values = [each.replace("$$", "$") for each in _MULTI.findall(several)]
            fields[name] = values if len(values) != 1 else values[0]
    return fields


def _first(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""
