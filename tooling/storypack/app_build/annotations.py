"""`annotations` and `metadata` of a detection: how Enterprise Security relates it to frameworks and versions it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from storypack.conf import json_text
from storypack.pack.models import Detection, Settings
from storypack.reference.objects import cis_control, kill_chain_phases, nist_category

TacticsOf = Callable[[str], Iterable[str]]
"""Short names of the tactics (`exfiltration`) of an ATT&CK technique id; none for an unknown one."""


def annotations_json(settings: Settings, detection: Detection, tactics_of: TacticsOf) -> str:
    """One line of JSON; lists that would be empty are left out, as Enterprise Security leaves them out."""
    lists: dict[str, list[str]] = {
        "analytic_story": [settings.story_title(story) for story in detection.analytic_story],
        "cis20": [cis_control(detection.category)],
        "cve": detection.cve,
        "data_source": detection.data_sources,
        "kill_chain_phases": kill_chain_phases(
            tactic for technique in detection.mitre_attack_id for tactic in tactics_of(technique)
        ),
        "mitre_attack": detection.mitre_attack_id,
        "nist": [nist_category(detection.type)],
        "type_list": [detection.type],
    }
    kept: dict[str, list[str] | str] = {key: list(dict.fromkeys(value)) for key, value in lists.items() if value}
    return json_text(kept | {"type": detection.type})


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
