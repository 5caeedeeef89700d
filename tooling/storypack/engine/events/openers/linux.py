"""The systemd journal in JSON (`journalctl -o json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from storypack.engine.events.event import Labels
from storypack.engine.events.openers.registry import Opened, epoch, opener

SOURCETYPE = "journald"


@opener
def journal(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """An entry of the journal, with its time and host. What it has as bytes (a list of numbers) becomes text."""
    time = value.get("__REALTIME_TIMESTAMP")
    if not isinstance(time, str) or not time.isdigit():
        return None
    texts = {name: _text(each) for name, each in value.items() if _are_bytes(each)}
    if texts:
        raw = json.dumps({**value, **texts}, ensure_ascii=False, separators=(",", ":"))
    host = value.get("_HOSTNAME")
    return [Opened(raw, epoch(time), Labels(SOURCETYPE, host=host if isinstance(host, str) else ""), is_bare=True)]


def _are_bytes(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, int) and 0 <= each < 256 for each in value)


def _text(value: list[int]) -> str:
    return bytes(value).decode("utf-8", "replace")
