"""One event a line: JSON lines, key=value, syslog, Windows events in XML of one line each.

A list of events in an object on a line of its own is opened, and an XML event over several lines is one event, wherever
they stand among the others.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

from storypack.engine.events.event import MAX_EVENT, CutEvent, lines
from storypack.engine.events.formats.json_values import LIST_LINE, event_of
from storypack.engine.events.formats.registry import Format
from storypack.engine.events.openers.registry import Opened, is_envelope, opened
from storypack.engine.events.windows_xml import as_windows_writes
from storypack.engine.unicode import mended

_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_XML, _XML_END = "<Event ", "</Event>"


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Each line that is not blank."""
    more = 0  # events that stood on one line with others
    numbered = lines(text, damage)
    for line, number in numbered:
        raw = line.rstrip("\n")
        if not raw:
            continue
        if raw.startswith(_XML) and _XML_END not in raw:
            yield from _xml_event(raw, number + more, numbered)
        elif raw.startswith("{") and (members := _members(raw)) is not None:
            for member in members:
                yield event_of(member, number + more)
                more += 1
            more -= 1
        else:
            yield CutEvent(_whole(raw), number + more)


def _xml_event(begin: str, position: int, numbered: Iterator[tuple[str, int]]) -> Iterator[CutEvent]:
    """An event whose end stands on a later line; without an end, its lines are events, broken."""
    taken, size = [begin], len(begin)
    for line, _ in numbered:
        taken.append(line.rstrip("\n"))
        size += len(line)
        if _XML_END in line or size > MAX_EVENT:
            break
    if _XML_END in taken[-1]:
        yield CutEvent(as_windows_writes("\n".join(taken)), position)
    else:
        yield from (CutEvent(raw, position, broken=True) for raw in taken if raw)


def _members(raw: str) -> list[Opened] | None:
    """The events of a list in an object; None for a line that is none."""
    if not LIST_LINE.match(raw):
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not is_envelope(value):
        return None
    listed = next(each for each in value.values() if isinstance(each, list))
    members = []
    for each in listed:
        text = json.dumps(mended(each), separators=(",", ":"), ensure_ascii=False)
        within = opened(each, text)
        members += [Opened(text)] if within is None else within
    return members


def _whole(raw: str) -> str:
    """A line of JSON in which half a surrogate pair stands, with U+FFFD in its place; any other as it is."""
    if not raw.startswith("{") or not _HALF_PAIR.search(raw):
        return raw
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    whole = mended(value)
    return raw if whole == value else json.dumps(whole, ensure_ascii=False)


FORMAT = Format("lines", rank=1000, recognises=lambda head: True, cut=events, by_line=True)
