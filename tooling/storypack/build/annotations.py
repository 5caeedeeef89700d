"""`annotations` and `metadata` of a detection: how Enterprise Security relates it to frameworks and versions it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from storypack.build.names import story_name
from storypack.conf import json_text
from storypack.pack.models import Detection, Settings

TacticsOf = Callable[[str], Iterable[str]]
"""Short names of the tactics (`exfiltration`) of an ATT&CK technique id; none for an unknown one."""

KILL_CHAIN = (
    "Reconnaissance",
    "Weaponization",
    "Delivery",
    "Exploitation",
    "Installation",
    "Command and Control",
    "Actions on Objectives",
)
# ATT&CK's tactics in the kill chain, as Enterprise Security places them. ATT&CK 19 splits defense-evasion in two.
PHASE = {
    "reconnaissance": "Reconnaissance",
    "resource-development": "Weaponization",
    "initial-access": "Delivery",
    "execution": "Installation",
    "persistence": "Installation",
    "privilege-escalation": "Exploitation",
    "defense-evasion": "Exploitation",
    "stealth": "Exploitation",
    "defense-impairment": "Exploitation",
    "credential-access": "Exploitation",
    "discovery": "Exploitation",
    "lateral-movement": "Exploitation",
    "collection": "Exploitation",
    "command-and-control": "Command and Control",
    "exfiltration": "Actions on Objectives",
    "impact": "Actions on Objectives",
}


def annotations_json(settings: Settings, detection: Detection, tactics_of: TacticsOf) -> str:
    """One line of JSON; lists that would be empty are left out, as Enterprise Security leaves them out."""
    lists: dict[str, list[str]] = {
        "analytic_story": [story_name(settings, story) for story in detection.analytic_story],
        "cis20": ["CIS 13" if detection.category == "network" else "CIS 10"],
        "cve": detection.cve,
        "data_source": detection.data_sources,
        "kill_chain_phases": kill_chain_phases(detection.mitre_attack_id, tactics_of),
        "mitre_attack": detection.mitre_attack_id,
        "nist": ["DE.CM" if detection.type == "TTP" else "DE.AE"],
        "type_list": [detection.type],
    }
    kept: dict[str, list[str] | str] = {key: list(dict.fromkeys(value)) for key, value in lists.items() if value}
    return json_text(kept | {"type": detection.type})


def kill_chain_phases(techniques: Iterable[str], tactics_of: TacticsOf) -> list[str]:
    """The phases of some techniques, in the order of the kill chain."""
    found = {PHASE[tactic] for technique in techniques for tactic in tactics_of(technique) if tactic in PHASE}
    return [phase for phase in KILL_CHAIN if phase in found]


def metadata_json(detection: Detection) -> str:
    """One line of JSON; `publish_time` is midnight UTC of the last change, in seconds since 1970."""
    published = dt.datetime.combine(detection.modification_date, dt.time(), tzinfo=dt.UTC)
    return json_text(
        {
            "deprecated": "1" if detection.status == "deprecated" else "0",
            "detection_id": detection.id,
            "detection_version": str(detection.version),
            "publish_time": int(published.timestamp()),
        }
    )
