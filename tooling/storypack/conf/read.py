"""Conf text to data, as splunkd reads it."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.conf.model import Conf, Stanza

DEFAULT = "default"


def read(text: str | bytes) -> Conf:
    """The stanzas of a conf file; a stanza or a key that is there twice is merged, the last value wins.

    Settings in front of the first stanza belong to `default`. A line that is neither a stanza, a setting nor a
    comment is ignored, as splunkd does. Bytes are UTF-8, with or without a BOM; what is not UTF-8 becomes U+FFFD.
    Follows "About configuration files" and "Edit a configuration file" of Splunk's Admin Manual.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", errors="replace")
    stanzas: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for line in _joined_lines(text.removeprefix("\ufeff")):
        stripped = line.lstrip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            end = stripped.rfind("]")
            if end > 0:
                current = stanzas.setdefault(stripped[1:end], {})
            continue
        key, equals, value = stripped.partition("=")
        key = key.strip()
        if equals and key and "\n" not in key:
            if current is None:
                current = stanzas.setdefault(DEFAULT, {})
            current[key] = value.strip()
    return Conf(tuple(Stanza(name, settings) for name, settings in stanzas.items()))


def passed_over(text: str) -> Iterator[str]:
    """The lines that `read` makes nothing of: neither a stanza, nor a setting, nor a comment."""
    for line in _joined_lines(text.removeprefix("\ufeff")):
        stripped = line.lstrip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            if stripped.rfind("]") <= 0:
                yield line
            continue
        key, equals, _ = stripped.partition("=")
        if not equals or not key.strip() or "\n" in key:
            yield line


def _joined_lines(text: str) -> Iterator[str]:
    """Lines, those that end in a backslash joined with the next one; the newline between them is kept.

    Only LF ends a line (str.splitlines would also cut at U+2028, form feeds and others). A backslash in front of
    trailing blanks joins nothing.
    """
    parts: list[str] = []
    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        parts.append(line)
        yield "\n".join(parts)
        parts.clear()
    if parts:  # the file ends in a backslash: nothing follows that could be joined
        yield "\n".join(parts)
