"""The content format as JSON Schema, from the models: draft 7, the newest that editors know in all their versions."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from storypack.pack.models import (
    Baseline,
    DataSource,
    Detection,
    Investigation,
    Macro,
    NamedSchedule,
    Settings,
    Story,
)
from storypack.pack.models.lookup import LOOKUP

_MODELS: dict[str, TypeAdapter[Any]] = {
    "detection": TypeAdapter(Detection),
    "story": TypeAdapter(Story),
    "macro": TypeAdapter(Macro),
    "lookup": LOOKUP,
    "data_source": TypeAdapter(DataSource),
    "baseline": TypeAdapter(Baseline),
    "investigation": TypeAdapter(Investigation),
    "schedule": TypeAdapter(NamedSchedule),
    "settings": TypeAdapter(Settings),
}


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of a kind of file: `detection`, `story`, …, `settings`. Raises KeyError for others."""
    schema = _MODELS[kind].json_schema()
    return {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
