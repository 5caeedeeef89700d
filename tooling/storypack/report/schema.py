"""The content format as JSON Schema, from the models: draft 7, the newest that editors know in all their versions."""

from __future__ import annotations

from typing import Any

from storypack.pack.kinds import BY_NAME


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of a kind of file: `detection`, `story`, …, `settings`. Raises KeyError for others."""
    return {"$schema": "http://json-schema.org/draft-07/schema#", **BY_NAME[kind].adapter().json_schema()}
