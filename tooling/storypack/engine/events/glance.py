"""Small files of CloudTrail, told from others at a glance: AWS delivers millions of them, and to recognise, guess and
cut each with the care that any file gets takes twenty times as long as to unpack it.

Nothing is decided here that the careful way would decide otherwise: whatever a glance does not settle is left to it.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from storypack.engine.events.formats.registry import Head, formats, recognised
from storypack.engine.events.openers.registry import is_envelope, opened
from storypack.engine.events.sourcetypes import guess_event
from storypack.opening import open_plain

SMALL_FILE, SMALL_TEXT = 1 << 18, 1 << 23
"""Bytes of a small file, and of its text."""

SOURCETYPE = "aws:cloudtrail"
_GZIP, _MEMBER = b"\x1f\x8b", b"\x1f\x8b\x08"
_BEGINS = ('{"eventVersion":"', '{"eventVersion": "')
"""How each event begins: AWS writes this key first, and no list stands behind it."""
_LISTS = ('{"Records":[', '{"Records": [')
_KEY = '{"eventVersion":'
_BETWEEN = ("},", "}, ")
"""Between two events of a list, before the key. No string of JSON holds both, for it would have to spell the quotation
marks in another way; whether they divide the list itself, and no list within an event, is told by each being whole."""
SEPARATOR = "\x02"
"""It stands in no event that is seen at a glance."""

_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Glance:
    """The events of a small file, in its order. `is_list`: they were divided by what stands between them, so that each
    must be whole JSON."""

    events: tuple[str, ...]
    is_list: bool


def glance(path: Path) -> Glance | None:
    """The events of a small file of CloudTrail; None for any other file, and for one that is not settled at a glance.
    Raises OSError."""
    with open_plain(path) as file:
        data = file.read(SMALL_FILE + 1)
    if len(data) > SMALL_FILE or data[:1] not in (b"{", _GZIP[:1]):
        return None
    text = _text(data)
    if text is None or _needs_care(text):
        return None
    events = _listed(text) if text.startswith(_LISTS) else text.removesuffix("\n").split("\n")
    if not events or not all(event.startswith(_BEGINS) and event.endswith("}") for event in events):
        return None
    is_list = not text.startswith(_BEGINS)
    if not _is_trail(events[0]) or not _is_usual(path.name, is_list):
        return None
    return Glance(tuple(events), is_list)


def _text(data: bytes) -> str | None:
    """The text of a file, unpacked; None where it is damaged, larger than SMALL_TEXT, in several parts, or no UTF-8."""
    if data.startswith(_GZIP):
        size = int.from_bytes(data[-4:], "little")
        if not 0 < size <= SMALL_TEXT or data.find(_MEMBER, 1) >= 0:
            return None
        try:
            unpacked = zlib.decompress(data, 16 + zlib.MAX_WBITS, size)
        except zlib.error:
            return None
        if len(unpacked) != size:
            return None
        data = unpacked
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _needs_care(text: str) -> bool:
    """Whether a file holds what may be read in another way than it stands: other line ends, what separates copies, half
    a surrogate pair, the name of one of Zeek's streams."""
    if "\r" in text or "\x00" in text or SEPARATOR in text:
        return True
    if "\\" in text and _HALF_PAIR.search(text):
        return True
    return '"_path"' in text or ("@" in text and '"@stream"' in text)


def _listed(text: str) -> list[str]:
    """The members of the list that is the whole file."""
    text = text.removesuffix("\n")
    if not text.endswith("}]}") or "\n" in text:
        return []
    list_text = text[text.index("[") + 1 : -3]
    between = next((each for each in _BETWEEN if each + _KEY in list_text), _BETWEEN[0])
    first, *others = list_text.split(between + _KEY)
    events = [f"{first}}}", *(f"{_KEY}{other}}}" for other in others)]
    try:
        return [_respelled(event) if "\\u" in event else event for event in events]
    except (ValueError, RecursionError):
        return []


def _respelled(event: str) -> str:
    """A member of a list in which characters are spelt by their numbers, as `formats/json_values.py` writes it."""
    return json.dumps(json.loads(event), separators=(",", ":"), ensure_ascii=False)


def _is_trail(event: str) -> bool:
    """Whether an event is one of CloudTrail, and wraps no others."""
    try:
        value = json.loads(event)
    except (ValueError, RecursionError):
        return False
    if is_envelope(value) or opened(value, event) is not None:
        return False
    return guess_event(event).sourcetype == SOURCETYPE


def _is_usual(name: str, is_list: bool) -> bool:
    """Whether a file of this name that begins so is read as JSON, and not, say, as CSV because of its name."""
    return _format_of("".join(PurePath(name.lower()).suffixes[-2:]).removesuffix(".gz"), is_list)


@lru_cache(maxsize=256)
def _format_of(suffixes: str, is_list: bool) -> bool:
    if not all(form.cut.__module__.startswith("storypack.") for form in formats()):
        return False  # another package's format may take what it likes
    event = '{"eventVersion":"1.09","eventSource":"s3.amazonaws.com","eventName":"GetObject"}'
    text = f'{{"Records":[{event}]}}' if is_list else event
    wanted = "json" if is_list else "lines"
    return recognised(Head(text.encode(), text, f"file{suffixes}")).name == wanted
