"""contentctl 5 to the current format: `tags` are flattened, `date` becomes two dates, deployments become schedules.

What `rba` becomes is in `findings.py`, what the format lets its loader make up in `defaults.py`.
"""

from __future__ import annotations

import re

from storypack.pack.adapters import actions, defaults, findings
from storypack.pack.adapters.adapted import Adapted, Note

# What tags may hold that now stands at the top level, under the same or another name.
_TAGS = {"analytics_story": "analytic_story", "group": "threat_group", "mitre_attack": "mitre_attack_id", "CVE": "cve"}
# A search of an investigation names what it needs, and versions 3 to 5 need no list of it.
_TOKEN = re.compile(r"\$([A-Za-z_]\w*)\$")
_FORMER_PRODUCTS = ("Splunk Security Analytics for AWS", "Splunk Phantom")
_SEARCH_TYPES = ("TTP", "Anomaly", "Hunting", "Correlation", "Baseline")
_RENAMED = {"data_sources": "data_source", "CVE": "cve"}
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


def detection(adapted: Adapted, folder: str) -> None:
    """A detection."""
    data = adapted.data
    _dates(adapted)
    tags = data.get("tags")
    manual = tags.pop("manual_test", None) if isinstance(tags, dict) else None
    _flatten(adapted)
    _renamed_keys(adapted)
    adapted.drop("datamodel", "check_references", "explanation", "file_path")
    _deployment(adapted)
    if data.get("data_source") is None:
        data["data_source"] = []
        adapted.notes.append(Note(("data_source",), "names no data source", "add `data_source:`"))
    defaults.detection(adapted, folder)
    _tests(adapted, manual)
    findings.convert(adapted)


def _renamed_keys(adapted: Adapted) -> None:
    """Keys that people write instead of the format's own."""
    for old, new in _RENAMED.items():
        if old in adapted.data and adapted.data.get(new) is None:
            adapted.put((new,), adapted.data.pop(old), (old,))
            adapted.note((new,), f"`{old}` is read as `{new}`", decide=False)


def _tests(adapted: Adapted, manual: object) -> None:
    data = adapted.data
    if not isinstance(data.get("tests"), list):
        if manual:
            data["tests"] = [{"name": "Manual test", "test_type": "experimental", "reason": str(manual)}]
        return
    for number, test in enumerate(data["tests"]):
        if not isinstance(test, dict):
            continue
        for key in ("file", "pass_condition", "baselines"):
            test.pop(key, None)
        test["test_type"] = "experimental" if manual or data.get("status") == "experimental" else "unit"
        if manual:
            test["reason"] = str(manual)
        for index, item in enumerate(test.get("attack_data") or ()):
            if not isinstance(item, dict):
                continue
            item.pop("update_timestamp", None)
            item.pop("file_name", None)
            if "custom_index" in item:
                place = ("tests", number, "attack_data", index)
                item["index"] = item.pop("custom_index")
                adapted.came_from((*place, "index"), (*place, "custom_index"))


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
        new = _TAGS.get(key, key)
        if key in _DROPPED_TAGS or tags[key] is None:
            del tags[key]
        elif adapted.data.get(new) is not None:
            adapted.contradict((new,), ("tags", key), tags[key])
        else:
            adapted.move(("tags", key), (new,))
    adapted.drop("tags")
    products = adapted.data.get("product")
    if isinstance(products, list):
        adapted.data["product"] = [name for name in products if name not in _FORMER_PRODUCTS]


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
    if not isinstance(deployment, dict):
        return
    if isinstance(deployment.get("scheduling"), dict):
        adapted.put(("custom_schedule",), deployment["scheduling"], ("deployment", "scheduling"))
    actions.convert(adapted, deployment.get("alert_action"), ("deployment", "alert_action"))


def story(adapted: Adapted) -> None:
    """An analytic story."""
    _dates(adapted)
    tags = adapted.data.get("tags")
    if isinstance(tags, dict):
        for derived in ("analytic_story", "mitre_attack_enrichments", "mitre_attack_tactics", "datamodels"):
            tags.pop(derived, None)
    _flatten(adapted)
    _renamed_keys(adapted)
    adapted.drop("detections", "investigations", "baselines", "type", "check_references")
    defaults.story(adapted)


def baseline(adapted: Adapted) -> None:
    """A baseline."""
    _dates(adapted)
    tags = adapted.data.get("tags")
    if isinstance(tags, dict):
        tags.pop("detections", None)
        tags.pop("deployments", None)
    _flatten(adapted)
    _renamed_keys(adapted)
    _deployment(adapted)
    adapted.drop("type", "datamodel", "detections", "lookups", "asset_type", "check_references")
    defaults.search(adapted)


def macro(adapted: Adapted) -> None:
    """A macro; in this format it may be no more than name and definition."""
    _dates(adapted)
    defaults.identity(adapted, "macros")
    adapted.drop("status")


def lookup(adapted: Adapted) -> None:
    """A lookup. `default_match` was true or false, and became that word in transforms.conf."""
    _dates(adapted)
    defaults.identity(adapted, "lookups")
    adapted.drop("status")


def dashboard(adapted: Adapted) -> None:
    """A dashboard."""
    _dates(adapted)
    _flatten(adapted)
    defaults.identity(adapted, "dashboards")
    adapted.drop("status", "type")


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
    actions.convert(adapted, adapted.data.get("alert_action"), ("alert_action",))
    _default_for(adapted)
    adapted.drop("scheduling", "alert_action", "type", "tags", "status")
    defaults.identity(adapted, "schedules")


def _default_for(adapted: Adapted) -> None:
    """The type of search that a deployment is for: its `type`, in version 3 and 4 `tags.type`."""
    tags = adapted.data.get("tags")
    kind = adapted.data.get("type") or (tags.get("type") if isinstance(tags, dict) else None)
    if kind in _SEARCH_TYPES:
        adapted.data["default_for"] = [kind]
    elif isinstance(tags, dict) and tags:
        message = f"it chooses searches by {', '.join(map(str, tags))}, which is not read"
        adapted.note((), message, "name it with schedule: in those searches")


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
        if not data.get("inputs"):
            data["inputs"] = list(dict.fromkeys(_TOKEN.findall(str(step["search"]))))
    adapted.drop("type", "datamodel", "how_to_implement", "known_false_positives", "product", "security_domain")
    defaults.search(adapted)
