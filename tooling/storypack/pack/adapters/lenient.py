"""Values whose meaning is clear although their type is not the one that is asked for, in files of any format.

contentctl and contentctl-ng read them without a word; here each is a note.
"""

from __future__ import annotations

import re
from typing import Any

from storypack.pack.adapters.adapted import CURRENT, Adapted, Data

_PROSE = ("description", "narrative", "how_to_implement", "known_false_positives")
# Conf text goes on in the next line behind a backslash; people wrote that into the YAML of versions 3 and 4.
_CONTINUED = re.compile(r"\\+[ \t]*$", re.MULTILINE)

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")  # `017` is 15 to some readers of YAML


def relaxable(kind: str, data: Data) -> bool:
    """Whether there is anything to do in an object: asked of every file, so quickly told."""
    if isinstance(data.get("version"), str):
        return True
    return kind in ("lookups", "data_sources") and (
        isinstance(data.get("default_match"), bool) or isinstance(data.get("fields"), str)
    )


def relax(kind: str, adapted: Adapted) -> None:
    """`version: '5'`, `default_match: false`, `fields: a, b`; in older formats prose with the backslashes of conf."""
    data = adapted.data
    version = data.get("version")
    if isinstance(version, str) and _NUMBER.fullmatch(version):
        _read_as(adapted, "version", int(version))
    if kind == "lookups" and isinstance(default := data.get("default_match"), bool):
        _read_as(adapted, "default_match", str(default).lower())
    if kind in ("lookups", "data_sources") and isinstance(fields := data.get("fields"), str):
        _read_as(adapted, "fields", [part.strip() for part in fields.split(",") if part.strip()])
    if adapted.version < CURRENT:
        for key in _PROSE:
            if isinstance(text := data.get(key), str) and (plain := _CONTINUED.sub("", text)) != text:
                data[key] = plain
                adapted.note((key,), "backslashes at the end of a line are left out", decide=False)


def _read_as(adapted: Adapted, key: str, value: Any) -> None:
    adapted.data[key] = value
    shown = ", ".join(map(str, value)) if isinstance(value, list) else repr(value)
    kinds = {int: "the number", str: "the word", list: "the list of"}
    adapted.note((key,), f"read as {kinds[type(value)]} {shown}", decide=False)
