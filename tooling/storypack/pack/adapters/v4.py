"""contentctl 4 to contentctl 5: the risk in `tags` becomes `rba`; lookups say what they are by the keys they have.

An observable with the role Attacker is a threat object, any other one a risk object. The score is confidence times
impact, in per cent.
"""

from __future__ import annotations

from typing import Any

from storypack.pack.adapters.adapted import Adapted, Note
from storypack.reference.objects import THREAT_OBJECT_TYPES
from storypack.truth import CONF

_MODEL = ".mlmodel"
_USER_TYPES = frozenset({"user", "username", "email address", "user name"})
_SYSTEM_TYPES = frozenset({"device", "endpoint", "hostname", "ip address", "server"})
_THREAT_TYPES = {
    "email": "email_address",
    "file": "file_name",
    "hash": "file_hash",
    "hostname": "system",
    "endpoint": "system",
    "device": "system",
    "parent process": "parent_process",
    "registry key": "registry_path",
    "url string": "url",
    "user name": "user",
    "username": "user",
}


def detection(adapted: Adapted) -> None:
    """A detection: `tags.observable`, `message`, `confidence`, `impact` and `risk_score` become `rba`."""
    data = adapted.data
    tags = data["tags"]
    # In this format hunting searches and correlations carried these tags too, but nothing came of them.
    if data.get("type") in ("Hunting", "Correlation"):
        return
    observables = tags.get("observable")
    found = [item for item in observables if isinstance(item, dict)] if isinstance(observables, list) else []
    score = _score(tags)
    rba: dict[str, list[Any]] = {"risk_objects": [], "threat_objects": []}
    for index, observable in enumerate(found):
        group, item = _object(observable, score)
        place = ("rba", group, len(rba[group]))
        rba[group].append(item)
        adapted.came_from(place, ("tags", "observable", index))
        adapted.came_from((*place, "field"), ("tags", "observable", index, "name"))
        if group == "threat_objects" and item["type"] not in THREAT_OBJECT_TYPES:
            adapted.notes.append(
                Note(("threat_objects",), f"type `{observable.get('type')}` has no counterpart now", "choose a type")
            )
    data["rba"] = {"message": tags.get("message"), **rba}
    adapted.came_from(("rba", "message"), ("tags", "message"))


def _object(observable: dict[str, Any], score: int) -> tuple[str, dict[str, Any]]:
    kind = str(observable.get("type", "")).lower()
    roles = observable.get("role")
    if isinstance(roles, list) and "Attacker" in roles:
        named = _THREAT_TYPES.get(kind, kind.replace(" ", "_"))
        return "threat_objects", {"field": observable.get("name"), "type": named}
    entity = "user" if kind in _USER_TYPES else "system" if kind in _SYSTEM_TYPES else "other"
    return "risk_objects", {"field": observable.get("name"), "type": entity, "score": score}


def _score(tags: dict[str, Any]) -> int:
    """The risk score that the tags say, or amount to; 0 when they say nothing."""
    if isinstance(tags.get("risk_score"), int):
        return int(tags["risk_score"])
    confidence, impact = tags.get("confidence"), tags.get("impact")
    if isinstance(confidence, int) and isinstance(impact, int):
        return int(confidence * impact / 100)
    return 0


def lookup(adapted: Adapted) -> None:
    """A lookup: a `collection` makes it a KV store, a `filename` a CSV or a model; lists were comma lists."""
    data = adapted.data
    if "collection" in data:
        data["lookup_type"] = "kvstore"
        fields = data.pop("fields_list", None)
        if isinstance(fields, str):
            adapted.put(("fields",), [part.strip() for part in fields.split(",") if part.strip()], ("fields_list",))
    elif str(data.get("filename")).endswith(_MODEL):
        data["lookup_type"] = "mlmodel"
        if isinstance(data.get("name"), str):
            data["name"] = data["name"].removesuffix(_MODEL)
    elif "filename" in data:
        data["lookup_type"] = "csv"
        if "date" not in data:  # which the file's name has had since version 5
            adapted.put(("dated_file",), False, ("filename",))
    matches = data.get("match_type")
    if isinstance(matches, str):
        data["match_type"] = [part.strip() for part in matches.split(",") if part.strip()]
    sensitive = data.get("case_sensitive_match")
    if isinstance(sensitive, str) and (value := CONF.read(sensitive)) is not None:
        data["case_sensitive_match"] = value
    for key in ("min_matches", "max_matches"):
        if isinstance(data.get(key), str) and data[key].isdigit():
            data[key] = int(data[key])
