"""Reading the bundled files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


def read_json(*path: str) -> Any:
    """The parsed content of `data/<path>`."""
    return json.loads(read_text(*path))


def read_text(*path: str) -> str:
    """The content of `data/<path>`."""
    return _DATA.joinpath(*path).read_text(encoding="utf-8")


def names(folder: str) -> list[str]:
    """The stems of the JSON files in a folder of `data/`, sorted."""
    return sorted(entry.stem for entry in (_DATA / folder).glob("*.json"))
