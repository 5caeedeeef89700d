"""Texts that UTF-8 can hold."""

from __future__ import annotations

from typing import Any


def mended(value: Any) -> Any:
    """The value with each half of a surrogate pair (`\\ud800` alone) replaced by U+FFFD: no UTF-8 can hold it."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [mended(item) for item in value]
    if isinstance(value, dict):
        return {mended(key): mended(item) for key, item in value.items()}
    return value
