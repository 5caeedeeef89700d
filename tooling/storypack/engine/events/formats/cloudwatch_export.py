"""A log group that CloudWatch Logs has exported to S3: before each event stands the time at which it was logged."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

from storypack.engine.events.event import CutEvent, lines
from storypack.engine.events.formats.json_values import event_of
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.registry import Opened, iso_time, opened

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (\{.*|\d \d{12} eni-.*)", re.DOTALL)


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """The events without the time before them; what wraps them is opened. Other lines come as they are."""
    for line, number in lines(text, damage):
        raw = line.rstrip("\n")
        if match := _LINE.fullmatch(raw.rstrip()):
            yield from _opened(match[2], iso_time(match[1]), number)
        elif raw:
            yield CutEvent(raw, number)


def _opened(raw: str, time: float | None, number: int) -> Iterator[CutEvent]:
    try:
        value = json.loads(raw) if raw.startswith("{") else None
    except (ValueError, RecursionError):
        yield CutEvent(raw, number, broken=True, time=time)
        return
    within = opened(value, raw) if isinstance(value, dict) else None
    for event in within if within is not None else [Opened(raw, time)]:
        yield event_of(event, number)


def recognises(head: Head) -> bool:
    return bool(_LINE.fullmatch(head.first_line))


FORMAT = Format("cloudwatch-export", rank=140, recognises=recognises, cut=events)
