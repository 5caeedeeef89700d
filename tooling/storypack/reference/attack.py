"""MITRE ATT&CK Enterprise: techniques, their tactics, and what became of the old ones.

Version 19 took the tactic Defense Evasion apart into Stealth and Defense Impairment, so whoever writes a Navigator
layer must say `VERSION` with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from storypack.reference.data_files import read_json

VERSION = "19.2"


@dataclass(frozen=True, slots=True)
class Tactic:
    """A tactic: `short` is the name in data (`command-and-control`), `name` the one for people."""

    short: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique or sub-technique. A revoked one has no tactics; `revoked_by` names its successor."""

    id: str
    name: str
    tactics: tuple[str, ...] = ()
    revoked: bool = False
    deprecated: bool = False
    revoked_by: str | None = None

    @property
    def parent(self) -> str | None:
        """Id of the technique that this is a sub-technique of."""
        head, dot, _ = self.id.partition(".")
        return head if dot else None

    @property
    def active(self) -> bool:
        return not (self.revoked or self.deprecated)


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = read_json("attack.json")
    return loaded


@cache
def techniques() -> dict[str, Technique]:
    """All techniques by id, the revoked and deprecated ones too."""
    return {
        key: Technique(
            id=key,
            name=raw["name"],
            tactics=tuple(raw.get("tactics", ())),
            revoked=raw.get("status") == "revoked",
            deprecated=raw.get("status") == "deprecated",
            revoked_by=raw.get("revoked_by"),
        )
        for key, raw in _data()["techniques"].items()
    }


@cache
def tactics() -> dict[str, Tactic]:
    """All tactics by short name, in the order of the matrix's ids."""
    return {short: Tactic(short, raw["id"], raw["name"]) for short, raw in _data()["tactics"].items()}


def technique(technique_id: str) -> Technique | None:
    """The technique with this id (`T1567.002`), or None."""
    return techniques().get(technique_id)


def replacement(technique_id: str) -> Technique | None:
    """The active technique that a revoked one led to, through any number of steps; None when there is none."""
    seen: set[str] = set()
    current = technique(technique_id)
    while current and current.revoked_by and current.id not in seen:
        seen.add(current.id)
        current = technique(current.revoked_by)
    return current if current and current.active and current.id != technique_id else None
