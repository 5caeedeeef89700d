"""Which format a file is in, by its shape, and the way from there to the current one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storypack.pack.adapters.adapted import Adapted, Data


def version_of(kind: str, data: Data) -> int:
    """The format of an object: 4 and 5 are contentctl's, 6 is the current one. `kind` is the folder's: `detections`.

    Version 4 detections carry their risk inside `tags`; version 5 has `rba`. Both nest in `tags` and have one `date`.
    """
    tags = data.get("tags")
    if kind == "detections":
        if isinstance(tags, dict):
            older = {"observable", "impact", "confidence", "message", "risk_score", "required_fields"}
            return 4 if older & tags.keys() and "rba" not in data else 5
        return 5 if "rba" in data or "date" in data else 6
    if kind == "lookups" and "lookup_type" not in data and data.keys() & {"filename", "collection"}:
        return 4
    if isinstance(tags, dict) or data.keys() & {"date", "scheduling", "deployment"}:
        return 5
    if kind == "macros" and not {"id", "version", "author"} & data.keys():
        return 5
    return 6


def adapt(kind: str, data: Data, stem: str, folder: str) -> Adapted | None:
    """The object in the current format, or None when it is in that format already.

    `stem` and `folder` are the file's name without suffix and the name of its folder; the older formats do not repeat
    in the file what these say. `data` is left as it is.
    """
    version = version_of(kind, data)
    if version == 6:
        return None
    # Imported when needed: most packs never do.
    from storypack.pack.adapters import v4, v5

    adapted = Adapted(_copy(data))
    if kind == "detections":
        if version == 4:
            v4.detection(adapted)
        v5.detection(adapted, folder)
        return adapted
    if kind == "lookups" and version == 4:
        v4.lookup(adapted)
    others: dict[str, Callable[[Adapted], None]] = {
        "stories": v5.story,
        "baselines": v5.baseline,
        "macros": v5.macro,
        "lookups": v5.lookup,
        "data_sources": v5.data_source,
        "investigations": v5.investigation,
        "schedules": v5.schedule,
    }
    if kind in others:
        others[kind](adapted)
    return adapted


def _copy(value: Any) -> Any:
    """A deep copy of plain data."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
