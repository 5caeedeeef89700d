"""The cases of `cases/*.jsonl`, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """A search over `events` (newest first) and what it gives: `expected` has `fields`, `rows` and whether they are
    `ordered`. `provenance` and `source` say who established it; `now` is the start of the search (epoch seconds);
    `unknown` names the points of `reference.unknown` on which the rows depend."""

    id: str
    area: str
    provenance: str
    source: str
    spl: str
    events: list[dict[str, Any]]
    expected: dict[str, Any]
    note: str = ""
    macros: Mapping[str, Any] | None = None
    lookups: Mapping[str, Any] | None = None
    now: float | None = None
    unknown: Any = None
    xfail: str = ""


def cases() -> Iterator[Case]:
    """All cases, file by file."""
    folder = files("storypack.conformance").joinpath("cases")
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield Case(**json.loads(line))
