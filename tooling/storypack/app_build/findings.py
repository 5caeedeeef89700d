"""What a row of a detection becomes in Enterprise Security: a finding (`action.notable`) or risk (`action.risk`).

Keys as in "Create correlation searches" and "Adaptive response actions" of the Enterprise Security manual; both the
forms that ES 7 reads (`_risk_message`, `nes_fields`) and those that ES 8 reads (`_risk` per entity, `_entities`).
"""

from __future__ import annotations

from typing import Any

from storypack.app_build.drilldowns import drilldowns
from storypack.conf import boolean, json_text, tidy
from storypack.pack.models import Detection
from storypack.pack.models.detection import Finding, FindingEntity
from storypack.reference.objects import severity


def notable(detection: Detection, dashboards: list[dict[str, Any]]) -> dict[str, str]:
    """`action.notable.*`; `dashboards` are those that a finding leads to. Of a detection without one, only what its
    author wrote for the analyst: Enterprise Security shows it as soon as a site adds the finding."""
    finding = detection.finding
    if finding is None:
        return _for_analysts(detection) if detection.drilldown_searches else _next_steps(detection)
    entity = finding.entity
    fields = list(dict.fromkeys(each.field for each in detection.entities))
    settings = {
        "action.notable": boolean(True),
        "action.notable.param.rule_title": tidy(finding.title),
        "action.notable.param.rule_description": tidy(detection.description),
        "action.notable.param.security_domain": detection.security_domain,
        "action.notable.param.severity": _severity(finding),
        "action.notable.param.nes_fields": ",".join(fields),
        "action.notable.param._entities": json_text([_entity(entity)]),
    }
    if dashboards:
        settings["action.notable.param.drilldown_dashboards"] = json_text(dashboards)
    return settings | _for_analysts(detection)


def _severity(finding: Finding) -> str:
    return finding.severity or (severity(finding.entity.score) if finding.entity else "high")


def _entity(entity: FindingEntity | None) -> dict[str, str | int]:
    """An entity as `_entities` lists it. About nobody: what Enterprise Security's editor writes then."""
    if entity is None:
        return {"risk_object_field": "N/A", "risk_object_type": "N/A", "risk_score": 0}
    return {"risk_object_field": entity.field, "risk_object_type": entity.type, "risk_score": entity.score}


def _for_analysts(detection: Detection) -> dict[str, str]:
    searches = json_text(drilldowns(detection))
    return {"action.notable.param.drilldown_searches": searches} | _next_steps(detection)


def _next_steps(detection: Detection) -> dict[str, str]:
    if not detection.next_steps:
        return {}
    steps: dict[str, str | int] = {"version": 1, "data": tidy(detection.next_steps)}
    return {"action.notable.param.next_steps": json_text(steps)}


def risk(detection: Detection) -> dict[str, str]:
    """`action.risk.*`: only with intermediate findings. Threat objects alone would be risk of nobody."""
    if detection.intermediate_findings is None:
        return {}
    entities = detection.intermediate_findings.entities
    objects: list[dict[str, str | int]] = [
        {
            "risk_object_field": entity.field,
            "risk_object_type": entity.type,
            "risk_score": entity.score,
            "risk_message": tidy(entity.message),
        }
        for entity in entities
    ]
    objects += [
        {"threat_object_field": threat.field, "threat_object_type": threat.type} for threat in detection.threat_objects
    ]
    return {
        "action.risk": boolean(True),
        "action.risk.param._risk": json_text(objects),
        "action.risk.param._risk_message": tidy(entities[0].message),
        "action.risk.param._risk_score": "0",
        "action.risk.param.verbose": "0",
    }
