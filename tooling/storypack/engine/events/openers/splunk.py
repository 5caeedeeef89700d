"""Splunk's own JSON: events for the HTTP Event Collector, and results of searches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storypack.engine.events.event import Labels
from storypack.engine.events.openers.registry import Opened, envelope, epoch, member_text, opener
from storypack.engine.events.splunk_export import exported_event

envelope("results", "preview", "init_offset", "post_process_count", "messages", "fields", "highlighted")

_COLLECTED = frozenset({"time", "host", "source", "sourcetype", "index", "event", "fields"})


@opener
def collected(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """An event as it is sent to the collector."""
    if "event" not in value or len(value) == 1 or not value.keys() <= _COLLECTED:
        return None
    event = value["event"]
    fields = value.get("fields")
    return [
        Opened(
            event if isinstance(event, str) else member_text(raw, "event"),
            epoch(value.get("time")),
            Labels(*(_text(value.get(name)) for name in ("sourcetype", "source", "host", "index"))),
            fields if isinstance(fields, dict) else None,
        )
    ]


_EXPORTED = frozenset({"preview", "offset", "lastrow", "result", "messages"})


@opener
def exported(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A line of a search's export. Of what was previewed, the result comes again."""
    if not value.keys() <= _EXPORTED or not value.keys() & {"result", "messages"} or "preview" not in value:
        return None
    result = value.get("result")
    if not isinstance(result, dict) or value["preview"] is True:
        return []
    return [exported_event(result) or Opened(member_text(raw, "result"))]


@opener
def result(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A member of `results` that is an event."""
    event = exported_event(value) if "_raw" in value and "_time" in value else None
    return None if event is None else [event]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
