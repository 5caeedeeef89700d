"""One event a line: JSON lines, key=value, syslog, Windows events in XML of one line each."""

from __future__ import annotations

import io
from collections.abc import Iterator

from storypack.engine.events.event import CutEvent, lines
from storypack.engine.events.formats.registry import Format


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Each line that is not blank."""
    for line, number in lines(text, damage):
        if raw := line.rstrip("\n"):
            yield CutEvent(raw, number)


FORMAT = Format("lines", rank=1000, recognises=lambda head: True, cut=events, by_line=True)
