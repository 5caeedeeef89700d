"""Points of SPL that nobody has established: `data/unknown.yml`, from which docs/unknown.md is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from storypack.reference.data_files import read_text


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a source says for a reading; `source` is "none published" where it is only likely."""

    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the meanings that a point may have."""

    id: str
    says: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """A search that needs no events, and its rows under each reading (by the reading's id)."""

    spl: str
    rows: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Point:
    """A point that nobody has established. The first of `readings` is the engine's; with `switch` it can take the
    others, too. `avoid` is the spelling that does not depend on it; `marked` the rule of validate that says so at the
    place, empty where only the events can tell."""

    id: str
    title: str
    avoid: str
    readings: tuple[Reading, ...]
    probe: Probe
    switch: bool = False
    marked: str = ""


@cache
def points() -> tuple[Point, ...]:
    """All points, in the order of the file."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return tuple(map(_point, yaml.load(read_text("unknown.yml"), loader)))


def point(id: str) -> Point:
    """The point of that id. KeyError for an unknown one."""
    return {each.id: each for each in points()}[id]


def _point(raw: Mapping[str, Any]) -> Point:
    readings = tuple(
        Reading(each["id"], each["says"], tuple(Evidence(**evidence) for evidence in each["evidence"]))
        for each in raw["readings"]
    )
    probe = Probe(raw["probe"]["spl"], raw["probe"]["rows"])
    return Point(
        raw["id"], raw["title"], raw["avoid"], readings, probe, raw.get("switch", False), raw.get("marked", "")
    )
