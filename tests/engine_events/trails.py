"""Small files of CloudTrail in AWS's shapes, and what they are read as with care."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storypack.engine.events.cutting import cut
from storypack.engine.events.shapes import recognise
from storypack.engine.events.sourcetypes import guess


def record(number: int, name: str = "GetObject", **more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.09",
        "userIdentity": {"type": "IAMUser", "userName": f"user{number % 3}", "accountId": "123456789012"},
        "eventTime": f"2026-11-20T09:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "sourceIPAddress": "198.51.100.7",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        **more,
    }


def as_lines(records: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in records)


def as_list(records: Sequence[dict[str, Any]], separators: tuple[str, str] = (",", ":")) -> str:
    """As CloudTrail delivers it: one line, nothing behind it."""
    return json.dumps({"Records": list(records)}, separators=separators)


def write(path: Path, text: str) -> Path:
    """A file, packed if its name says so."""
    data = text.encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read_with_care(path: Path) -> tuple[str, list[tuple[int, str]]]:
    """The source type of a file, and its events with their places."""
    shape = recognise(path)
    return guess(path, shape).sourcetype, [(event.position, event.raw) for event in cut(path, shape)]
