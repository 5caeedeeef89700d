"""The risk events that Enterprise Security would write for a detection's rows.

Enterprise Security manual: "How risk modifiers impact risk scores"; the field names are those of the Risk data model
(`reference/data/cim/risk.json`). One event for each row, each entity of the intermediate findings and each value of
the entity's field; the fields of the row come along, as they do in the risk index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from storypack.engine.events.origin import EventFile
from storypack.engine.values import to_multi
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Pack
from storypack.reference import attack

ORIGIN = EventFile(Path("risk"), sourcetype="stash", source="risk", index="risk")
_TOKEN = re.compile(r"\$([^$\s]+)\$")
_RISK_WORDS = re.compile(r"\bAll_Risk\b|\bindex\s*=\s*\"?risk\b|`[^`]*risk_index[^`]*`", re.IGNORECASE)


def asks_for_risk(expanded: str) -> bool:
    """Whether a search, its macros expanded, looks into the risk index."""
    return bool(_RISK_WORDS.search(expanded))


def events_of(
    detection: Detection, stanza: str, rows: Sequence[Mapping[str, Any]], now: float, pack: Pack
) -> Iterator[dict[str, Any]]:
    """The risk events of a detection's rows. `now` is the end of its run, which becomes their `_time`."""
    if detection.intermediate_findings is None:
        return
    shared = _annotations(detection, stanza, pack)
    for row in rows:
        threats = [(to_multi(row.get(one.field)) or [], one.type) for one in detection.threat_objects]
        objects = {
            "threat_object": [value for values, _ in threats for value in values],
            "threat_object_type": list(dict.fromkeys(kind for values, kind in threats if values)),
        }
        plain = {name: value for name, value in row.items() if not name.startswith("_")}
        for entity in detection.intermediate_findings.entities:
            for value in to_multi(row.get(entity.field)) or []:
                yield {
                    "_time": row["_time"] if isinstance(row.get("_time"), int | float) else now - 1,
                    **plain,
                    **shared,
                    **{name: values for name, values in objects.items() if values},
                    "risk_object": value,
                    "risk_object_type": entity.type,
                    "risk_score": entity.score,
                    "calculated_risk_score": entity.score,
                    "risk_message": fill(entity.message, row),
                }


def fill(text: str, row: Mapping[str, Any]) -> str:
    """A message with its `$field$` tokens filled; one whose field the row lacks stays as it is."""

    def value(token: re.Match[str]) -> str:
        name = token[1].removeprefix("result.")
        values = to_multi(row.get(name))
        return token[0] if values is None else ", ".join(values)

    return " ".join(_TOKEN.sub(value, text).split())


def _annotations(detection: Detection, stanza: str, pack: Pack) -> dict[str, Any]:
    techniques = list(detection.mitre_attack_id)
    known = attack.tactics()
    found = [technique for id in techniques if (technique := attack.technique(id))]
    tactics = [known[short] for technique in found for short in technique.tactics if short in known]
    stories = [pack.story_title(name) for name in detection.analytic_story]
    lists = {
        "analyticstories": stories,
        "annotations.analytic_story": stories,
        "annotations.mitre_attack": techniques,
        "annotations.mitre_attack.mitre_technique_id": techniques,
        "annotations.mitre_attack.mitre_tactic": [tactic.short for tactic in tactics],
        "annotations.mitre_attack.mitre_tactic_id": [tactic.id for tactic in tactics],
    }
    shared: dict[str, Any] = {name: list(dict.fromkeys(values)) for name, values in lists.items() if values}
    return {**shared, "search_name": stanza, "security_domain": detection.security_domain}
