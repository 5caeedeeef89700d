"""TRUNCATE: an event of more bytes than that is cut (props.conf.spec)."""

from __future__ import annotations


def truncate(text: str, most: int) -> str:
    """The text within `most` bytes of UTF-8, without half a character at its end; 0 = whatever its size."""
    if most <= 0 or len(text) * 4 <= most:
        return text
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else data[:most].decode("utf-8", "ignore")
