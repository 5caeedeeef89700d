"""contentctl 5 to the current format: `rba` becomes findings, `tags` are flattened, `date` becomes two dates.

The rules are those by which the public content itself was ported. A TTP's first risk object of type user (else the
first of all) becomes the entity of its finding, the others become intermediate findings; an Anomaly's all become
intermediate findings; a Correlation names nobody, so its author must; Hunting makes none.
"""

from __future__ import annotations

import uuid
from typing import Any

from storypack.pack.adapters.adapted import Adapted, Note

# What tags may hold that now stands at the top level, under the same or another name.
_TAGS = {"group": "threat_group"}
# What the current format derives, or does without.
_DROPPED_TAGS = frozenset(
    {
        "automated_detection_testing",
        "cis20",
        "confidence",
        "context",
        "dataset",
        "event_schema",
        "impact",
        "kill_chain_phases",
        "mappings",
        "message",
        "nist",
        "observable",
        "required_fields",
        "research_site_url",
        "risk_score",
        "risk_severity",
        "supported_tas",
    }
)
_CATEGORIES = frozenset({"application", "cloud", "endpoint", "network", "web", "deprecated"})
_NAMESPACE = uuid.UUID("6f3a3a52-6d0e-5d5c-9a0b-3a0f1a7d9b11")
_UNKNOWN_DATE = "2000-01-01"


def detection(adapted: Adapted, folder: str) -> None:
    """A detection."""
    data = adapted.data
    _dates(adapted)
    _throttling(adapted)
    manual = data["tags"].pop("manual_test", None) if isinstance(data.get("tags"), dict) else None
    _flatten(adapted)
    adapted.drop("datamodel", "check_references", "explanation", "file_path")
    _deployment(adapted)
    if data.get("data_source") is None:
        data["data_source"] = []
        adapted.notes.append(Note(("data_source",), "names no data source", "add `data_source:`"))
    if "category" not in data and folder in _CATEGORIES:
        data["category"] = folder
    _tests(adapted, manual)
    _findings(adapted)


def _findings(adapted: Adapted) -> None:
    data = adapted.data
    rba = data.pop("rba", None)
    kind = data.get("type")
    if kind == "Correlation":
        adapted.notes.append(
            Note(("type",), "the older format names no entity for a Correlation", "add `finding:` with its entity")
        )
        return
    if not isinstance(rba, dict):
        return
    if kind == "Hunting":
        adapted.notes.append(Note(("type",), "Hunting makes no findings; its `rba` is not used", "remove `rba`"))
        return
    if rba.get("threat_objects"):
        adapted.put(("threat_objects",), rba["threat_objects"], ("rba", "threat_objects"))
    found = rba.get("risk_objects")
    objects = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    message = rba.get("message")
    rest = list(enumerate(objects))
    if kind == "TTP" and objects:
        chosen = _finding_entity(adapted, objects)
        rest = [(index, entity) for index, entity in rest if index != chosen]
        adapted.put(("finding", "title"), message, ("rba", "message"))
        adapted.put(("finding", "entity"), dict(objects[chosen]), ("rba", "risk_objects", chosen))
    if rest:
        entities = [{**entity, "message": message} for _, entity in rest]
        adapted.put(("intermediate_findings", "entities"), entities, ("rba", "risk_objects"))
        for new, (old, _) in enumerate(rest):
            adapted.came_from(("intermediate_findings", "entities", new), ("rba", "risk_objects", old))
            adapted.came_from(("intermediate_findings", "entities", new, "message"), ("rba", "message"))


def _finding_entity(adapted: Adapted, objects: list[dict[str, Any]]) -> int:
    """Index of the risk object that the finding is about, with a note when there were others to choose from."""
    users = [index for index, entity in enumerate(objects) if entity.get("type") == "user"]
    if len(users) > 1 or (not users and len(objects) > 1):
        candidates = users or range(len(objects))
        names = ", ".join(str(objects[index].get("field")) for index in candidates)
        adapted.notes.append(
            Note(("finding", "entity"), f"the first of several risk objects was chosen ({names})", "name the right one")
        )
    return users[0] if users else 0


def _tests(adapted: Adapted, manual: object) -> None:
    data = adapted.data
    if not isinstance(data.get("tests"), list):
        if manual:
            data["tests"] = [{"name": "Manual test", "test_type": "experimental", "reason": str(manual)}]
        return
    for test in data["tests"]:
        if not isinstance(test, dict):
            continue
        for key in ("file", "pass_condition", "baselines"):
            test.pop(key, None)
        test["test_type"] = "experimental" if manual or data.get("status") == "experimental" else "unit"
        if manual:
            test["reason"] = str(manual)
        for item in test.get("attack_data") or ():
            if not isinstance(item, dict):
                continue
            item.pop("update_timestamp", None)
            item.pop("file_name", None)
            if "custom_index" in item:
                item["index"] = item.pop("custom_index")


def _throttling(adapted: Adapted) -> None:
    """In tags in this format; a top-level key now."""
    tags = adapted.data.get("tags")
    if isinstance(tags, dict) and tags.get("throttling") is None:
        tags.pop("throttling", None)


def _flatten(adapted: Adapted) -> None:
    """Every tag goes to the top level, so that one the models do not know is named with its own place."""
    tags = adapted.data.get("tags")
    if not isinstance(tags, dict):
        return
    for key in list(tags):
        if key in _DROPPED_TAGS or tags[key] is None:
            del tags[key]
        else:
            adapted.move(("tags", key), (_TAGS.get(key, key),))
    adapted.drop("tags")
    products = adapted.data.get("product")
    if isinstance(products, list):
        adapted.data["product"] = [one for one in products if one != "Splunk Security Analytics for AWS"]


def _dates(adapted: Adapted) -> None:
    if "date" not in adapted.data:
        return
    date = adapted.data.pop("date")
    for key in ("creation_date", "modification_date"):
        if key not in adapted.data:
            adapted.put((key,), date, ("date",))


def _deployment(adapted: Adapted) -> None:
    data = adapted.data
    deployment = data.pop("deployment", None)
    if isinstance(deployment, dict) and isinstance(deployment.get("scheduling"), dict):
        adapted.put(("custom_schedule",), deployment["scheduling"], ("deployment", "scheduling"))


def story(adapted: Adapted) -> None:
    """An analytic story."""
    _dates(adapted)
    tags = adapted.data.get("tags")
    if isinstance(tags, dict):
        for derived in ("analytic_story", "mitre_attack_enrichments", "mitre_attack_tactics", "datamodels"):
            tags.pop(derived, None)
    _flatten(adapted)
    adapted.drop("detections", "investigations", "baselines")
    adapted.data.setdefault("status", "production")


def baseline(adapted: Adapted) -> None:
    """A baseline."""
    _dates(adapted)
    tags = adapted.data.get("tags")
    if isinstance(tags, dict):
        tags.pop("detections", None)
    _flatten(adapted)
    _deployment(adapted)
    adapted.drop("type", "datamodel", "detections", "lookups")
    adapted.data.setdefault("status", "production")


def macro(adapted: Adapted) -> None:
    """A macro; in this format it may be no more than name and definition."""
    _dates(adapted)
    _identity(adapted, "macros")
    adapted.drop("status")


def lookup(adapted: Adapted) -> None:
    """A lookup. `default_match` was true or false, and became that word in transforms.conf."""
    _dates(adapted)
    if isinstance(default := adapted.data.get("default_match"), bool):
        adapted.data["default_match"] = str(default).lower()
    _identity(adapted, "lookups")
    adapted.drop("status")


def data_source(adapted: Adapted) -> None:
    """A data source."""
    _dates(adapted)
    adapted.drop("status", "type")
    mappings = adapted.data.get("convert_to_log_source", ())
    if mappings is None:
        adapted.drop("convert_to_log_source")


def schedule(adapted: Adapted) -> None:
    """A deployment, which held a schedule and the actions of a search."""
    _dates(adapted)
    scheduling = adapted.data.get("scheduling")
    for key in list(scheduling) if isinstance(scheduling, dict) else ():
        adapted.move(("scheduling", key), (key,))
    adapted.drop("scheduling", "alert_action", "type", "tags", "status")
    _identity(adapted, "schedules")


def investigation(adapted: Adapted) -> None:
    """An investigation: one search in this format, an investigation of one step now."""
    _dates(adapted)
    data = adapted.data
    _flatten(adapted)
    if "steps" not in data and "search" in data:
        step = {"name": data.get("name"), "description": data.get("description")}
        data["steps"] = [step]
        step["search"] = data.pop("search")
        adapted.came_from(("steps", 0, "search"), ("search",))
    adapted.drop("type", "datamodel", "how_to_implement", "known_false_positives", "product", "security_domain")
    data.setdefault("status", "production")


def _identity(adapted: Adapted, kind: str) -> None:
    """What this format let its loader make up, made up so that it is the same every time."""
    data = adapted.data
    name = str(data.get("name", ""))
    missing = [key for key in ("id", "version", "author", "creation_date", "description") if key not in data]
    if not missing:
        return
    cure = "write the file in the current format, with all of these"
    adapted.notes.append(Note((), f"lacks {', '.join(missing)}", cure, decide=False))
    data.setdefault("id", str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}")))
    data.setdefault("version", 1)
    data.setdefault("author", "unknown")
    data.setdefault("creation_date", _UNKNOWN_DATE)
    data.setdefault("modification_date", data["creation_date"])
    data.setdefault("description", name or "unknown")
