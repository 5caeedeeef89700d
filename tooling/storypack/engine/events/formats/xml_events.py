"""Windows events in XML: one after another, on one line or over several, perhaps inside `<Events>`, as Event Viewer,
wevtutil, evtx_dump, evtxexport and python-evtx write them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from storypack.engine.events.event import MAX_EVENT, CutEvent, too_long
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.windows_xml import NAMESPACE, as_windows_writes, is_windows

_BEGIN, _END = re.compile(r"<Event[\s>]"), re.compile(r"</Event\s*>")
_FRAME = re.compile(r"<\?xml[^<>]*\?>|</?Events(?:\s[^<>]*)?>|^\s*(?:Record \d+|evtxexport \d+)\s*$|^\ufeff")
_PIECE = 1 << 20
_LONGEST_TAG = 64
"""Characters of an end tag, blanks included, that may lie across two pieces."""


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Each event, from the last `<Event` before an end to that end: one that lacks its end takes no other with it.
    Lines between that are more than the frame around events come as they are, broken."""
    position = 0
    rest, seen = "", 0
    while piece := text.read(_PIECE):
        rest += piece
        at = 0
        while end := _END.search(rest, max(at, seen)):
            begin = _last_begin(rest, at, end.start())
            between = rest[at:begin] if begin is not None else rest[at : end.end()]
            for line in _outside(between):
                position += 1
                yield CutEvent(line, position, broken=True)
            if begin is not None:
                position += 1
                raw = rest[begin : end.end()]
                yield CutEvent(as_windows_writes(raw) if is_windows(raw) else raw, position)
            at, seen = end.end(), end.end()
        rest = rest[at:]
        seen = max(0, len(rest) - _LONGEST_TAG)
        if len(rest) > MAX_EVENT:  # no end in sight
            kept = rest.rfind("<Event", len(rest) - MAX_EVENT // 2)
            for line in _outside(rest if kept < 0 else rest[:kept]):
                position += 1
                yield CutEvent(line[:MAX_EVENT], position, broken=True)
                if len(line) > MAX_EVENT:
                    damage.append(too_long(f"event {position:,}", len(line) - MAX_EVENT))
            rest, seen = "" if kept < 0 else rest[kept:], 0
    for line in _outside(rest):
        position += 1
        yield CutEvent(line, position, broken=True)


def _last_begin(text: str, at: int, end: int) -> int | None:
    """Where the last event begins between two places."""
    begin = end
    while (begin := text.rfind("<Event", at, begin)) >= 0:
        if _BEGIN.match(text, begin):
            return begin
    return None


def _outside(text: str) -> Iterator[str]:
    """Lines between events that are more than the frame around them."""
    for line in text.split("\n"):
        rest = _FRAME.sub("", line).strip()
        if rest:
            yield rest


_HEADING = re.compile(r"\s*(?:Record \d+|evtxexport \d+)\s+(?:<\?xml[^<>]*\?>\s*)?<Events?[\s>]")
"""What evtx_dump and evtxexport write before an event."""


def recognises(head: Head) -> bool:
    """XML of which not each line is a whole event, as far as can be seen, or of which the events are not as Windows
    writes them."""
    text = head.text.lstrip()
    if not text.startswith("<"):
        return bool(_HEADING.match(head.text))
    if not _is_whole_line(head.first_line) or _DOUBLE_QUOTES.match(text):
        return True
    lines = text.split("\n")[:-1]  # the last one may go on
    return any(line.startswith("<Event ") and not _is_whole_line(line.rstrip()) for line in lines)


_DOUBLE_QUOTES = re.compile(rf'<Event\s+xmlns\s*=\s*"{re.escape(NAMESPACE)}"')


def _is_whole_line(line: str) -> bool:
    """One whole event: it closes the element that it opens, and holds it once."""
    name = line[1:].split(" ", 1)[0].split(">", 1)[0]
    return line.endswith((f"</{name}>", "/>")) and line.count(f"<{name} ") + line.count(f"<{name}>") == 1


FORMAT = Format("xml", rank=200, recognises=recognises, cut=events)
