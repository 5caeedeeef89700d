"""A writer of small Windows event log files (.evtx): events as text elements, one chunk or more.

The layout is that of the [MS-EVEN6] binary XML and of the public descriptions of the file's format: a header of 4 KiB,
chunks of 64 KiB with a header of 512 bytes, records with a fragment of binary XML each, sums by CRC32.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CHUNK, CHUNK_HEADER, FILE_HEADER = 1 << 16, 512, 4096
_EPOCH = 11_644_473_600  # seconds between 1601 and 1970


@dataclass(frozen=True)
class Element:
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    content: str | Sequence[Element] = ""


def event(
    number: int, event_id: int, time: str, data: Sequence[tuple[str, str]], channel: str, provider: str
) -> Element:
    """An event as Windows builds it; a data item without a name stands as a bare `<Data>`."""
    system = [
        Element("Provider", {"Name": provider}),
        Element("EventID", content=str(event_id)),
        Element("Level", content="4"),
        Element("TimeCreated", {"SystemTime": time}),
        Element("EventRecordID", content=str(number)),
        Element("Correlation"),
        Element("Channel", content=channel),
        Element("Computer", content="ws01.example.com"),
        Element("Security", {"UserID": "S-1-5-18"}),
    ]
    items = [Element("Data", {"Name": name} if name else {}, text) for name, text in data]
    return Element(
        "Event",
        {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
        [Element("System", content=system), Element("EventData", content=items)],
    )


def evtx(chunks: Sequence[Sequence[Element]]) -> bytes:
    """A file whose chunks hold these events, numbered from 1."""
    written, number = [], 1
    for events in chunks:
        written.append(_chunk(events, number))
        number += len(events)
    head = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, len(chunks) - 1, number, 128, 1, 3, FILE_HEADER, len(chunks))
    head = head.ljust(120, b"\0")
    head += struct.pack("<II", 0, zlib.crc32(head))
    return head.ljust(FILE_HEADER, b"\0") + b"".join(written)


def _chunk(events: Sequence[Element], first: int) -> bytes:
    records, at = b"", CHUNK_HEADER
    for number, root in enumerate(events, first):
        body = b"\x0f\x01\x01\x00" + _element(root, at + 24 + 4) + b"\x00"
        size = 24 + len(body) + 4
        size += -size % 8
        filetime = (1_793_610_930 + _EPOCH) * 10_000_000
        last, record = at, struct.pack("<4sIQQ", b"**\0\0", size, number, filetime) + body
        records += record.ljust(size - 4, b"\0") + struct.pack("<I", size)
        at += size
    ids = (first, first + len(events) - 1)
    head = struct.pack("<8sQQQQIIII", b"ElfChnk\0", *ids, *ids, 128, last, at, zlib.crc32(records)).ljust(120, b"\0")
    tables = bytes(384)
    head += struct.pack("<II", 1, zlib.crc32(head + tables)) + tables
    return (head + records).ljust(CHUNK, b"\0")


def _element(element: Element, at: int) -> bytes:
    """An element whose first byte lies at a place of the chunk."""
    has_attributes = bool(element.attributes)
    fixed = 9  # token, size, offset of the name; outside of templates there is no dependency
    name = _name(element.name)
    body = name
    if has_attributes:
        begin = at + fixed + len(name) + 4
        listed = b""
        for key, value in element.attributes.items():
            offset = begin + len(listed) + 5
            token = b"\x06" if key == list(element.attributes)[-1] else b"\x46"
            listed += token + struct.pack("<I", offset) + _name(key) + _text(value)
        body += struct.pack("<I", len(listed)) + listed
    if not element.content:
        body += b"\x03"
    else:
        body += b"\x02"
        if isinstance(element.content, str):
            body += _text(element.content)
        else:
            for child in element.content:
                body += _element(child, at + fixed + len(body))
        body += b"\x04"
    token = 0x41 if has_attributes else 0x01
    return struct.pack("<BII", token, len(body) + 4, at + fixed) + body


def _name(name: str) -> bytes:
    value = 0
    for sign in name:
        value = (value * 65599 + ord(sign)) & 0xFFFFFFFF
    return struct.pack("<IHH", 0, value & 0xFFFF, len(name)) + name.encode("utf-16-le") + b"\0\0"


def _text(text: str) -> bytes:
    return struct.pack("<BBH", 5, 1, len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")
