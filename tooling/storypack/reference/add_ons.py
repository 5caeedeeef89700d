"""What vendors' add-ons do not give: `data/add_on_gaps.json`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from storypack.reference.data_files import read_json


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that an add-on (its folder's name) gives to no event of a kind. `instead` = what such an event has in its
    place, empty for nothing."""

    field: str
    app: str
    version: str
    instead: str


def gaps(app: str, sourcetype: str, kind: str | None) -> Iterable[Gap]:
    """The gaps of an add-on for events of a sourcetype; `kind` is the value that tells them from others of it."""
    for entry in _entries():
        if (entry["app"], entry["sourcetype"]) == (app, sourcetype) and (not entry["kinds"] or kind in entry["kinds"]):
            for field, instead in entry["fields"].items():
                yield Gap(field, app, entry["version"], instead)


@cache
def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = read_json("add_on_gaps.json")["gaps"]
    return entries
