"""Values whose meaning is clear although their type is not the one that is asked for, in files of any format.

contentctl and contentctl-ng read them without a word; here each is a note.
"""

from __future__ import annotations

from typing import Any

from storypack.pack.adapters.adapted import Adapted, Data


def relaxable(kind: str, data: Data) -> bool:
    """Whether there is anything to do in an object: asked of every file, so quickly told."""
    if isinstance(data.get("version"), str):
        return True
    return kind in ("lookups", "data_sources") and (
        isinstance(data.get("default_match"), bool) or isinstance(data.get("fields"), str)
    )


def relax(kind: str, adapted: Adapted) -> None:
    """`version: '5'`, `default_match: false`, `fields: a, b`."""
    data = adapted.data
    version = data.get("version")
    if isinstance(version, str) and version.isdecimal() and version.isascii():
        _read_as(adapted, "version", int(version))
    if kind == "lookups" and isinstance(default := data.get("default_match"), bool):
        _read_as(adapted, "default_match", str(default).lower())
    if kind in ("lookups", "data_sources") and isinstance(fields := data.get("fields"), str):
        _read_as(adapted, "fields", [part.strip() for part in fields.split(",") if part.strip()])


def _read_as(adapted: Adapted, key: str, value: Any) -> None:
    adapted.data[key] = value
    shown = ", ".join(map(str, value)) if isinstance(value, list) else repr(value)
    kinds = {int: "the number", str: "the word", list: "the list of"}
    adapted.note((key,), f"read as {kinds[type(value)]} {shown}", decide=False)
