"""Which format a file is in, by its shape, and the way from there to the current one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storypack.pack.adapters import lenient
from storypack.pack.adapters.adapted import CURRENT, Adapted, Data

# Keys that only older formats have, apart from `tags`, `date`, `scheduling` and `deployment`.
_OLDER_KEYS = {
    "detections": {"rba", "data_sources", "CVE", "datamodel"},
    "stories": {"type"},
    "baselines": {"type", "asset_type", "datamodel"},
    "data_sources": {"type"},
    "lookups": {"fields_list"},
}
_ANY_OLDER_KEYS = {"date", "scheduling", "deployment"}
OLDEST = 4


def version_of(kind: str, data: Data) -> int:
    """The format of an object: 4 (3 is like it) and 5 are contentctl's, 6 is the current one. `kind` is the folder's.

    Version 4 detections carry their risk inside `tags`; version 5 has `rba`. Both nest in `tags` and have one `date`.
    """
    tags = data.get("tags")
    if kind == "detections":
        if isinstance(tags, dict):
            older = {"observable", "impact", "confidence", "message", "risk_score", "required_fields"}
            return 4 if older & tags.keys() and "rba" not in data else 5
        return 5 if data.keys() & (_OLDER_KEYS[kind] | _ANY_OLDER_KEYS) else CURRENT
    if kind == "lookups" and "lookup_type" not in data and data.keys() & {"filename", "collection"}:
        return 4
    if isinstance(tags, dict) or data.keys() & (_OLDER_KEYS.get(kind, set()) | _ANY_OLDER_KEYS):
        return 5
    if kind == "macros" and not {"id", "author", "creation_date", "modification_date"} & data.keys():
        return 5
    return CURRENT


def adapt(kind: str, data: Data, stem: str, folder: str) -> Adapted | None:
    """The object in the current format, or None when it is in that format already.

    `stem` and `folder` are the file's name without suffix and the name of its folder; the older formats do not repeat
    in the file what these say. `data` is left as it is.
    """
    version = version_of(kind, data)
    if version == CURRENT and not lenient.relaxable(kind, data):
        return None
    older = version < CURRENT
    # Older tools took a key without a value for one that is not there.
    said = {key: value for key, value in data.items() if value is not None} if older else data
    adapted = Adapted(_copy(said), version=version)
    if older:
        _converted(kind, adapted, folder)
    lenient.relax(kind, adapted)
    return adapted


def _converted(kind: str, adapted: Adapted, folder: str) -> None:
    # Imported when needed: most packs never do.
    from storypack.pack.adapters import v4, v5

    if kind == "detections":
        if adapted.version == OLDEST:
            v4.detection(adapted)
        v5.detection(adapted, folder)
        return
    if kind == "lookups" and adapted.version == OLDEST:
        v4.lookup(adapted)
    others: dict[str, Callable[[Adapted], None]] = {
        "stories": v5.story,
        "baselines": v5.baseline,
        "macros": v5.macro,
        "lookups": v5.lookup,
        "data_sources": v5.data_source,
        "investigations": v5.investigation,
        "schedules": v5.schedule,
        "dashboards": v5.dashboard,
    }
    if kind in others:
        others[kind](adapted)


def _copy(value: Any) -> Any:
    """A deep copy of plain data."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
