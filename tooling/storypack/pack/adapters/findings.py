"""`rba` of contentctl 5 as the findings of the current format.

The rules are those by which the public content itself was ported. A TTP's first risk object of type user (else the
first of all) becomes the entity of its finding, the others become intermediate findings; an Anomaly's all become
intermediate findings; a Correlation's finding is about nobody, so its author must name an entity; Hunting makes none.
"""

from __future__ import annotations

from typing import Any

from storypack.pack.adapters.adapted import Adapted, Note

_CURRENT = ("finding", "intermediate_findings", "threat_objects")


def convert(adapted: Adapted) -> None:
    """Findings of `rba`. A file that has both is a contradiction, unless they say the same."""
    data = adapted.data
    written = {key: data.pop(key) for key in _CURRENT if data.get(key) is not None}
    had_rba = isinstance(data.get("rba"), dict)
    if written and not had_rba:
        data.pop("rba", None)
        data.update(written)
        return
    _of_rba(adapted)
    for key, value in written.items():
        if data.get(key) != value:
            adapted.contradict((key,), ("rba",), data.get(key), value)
        data[key] = value


def _of_rba(adapted: Adapted) -> None:
    data = adapted.data
    rba = data.pop("rba", None)
    kind = data.get("type")
    if kind == "Correlation":
        data["finding"] = {"title": f"RBA: {data.get('name')}"}
        adapted.notes.append(
            Note(("type",), "the older format names no entity for a Correlation", "add `finding:` with its entity")
        )
        return
    if kind == "Hunting":
        if isinstance(rba, dict):
            adapted.notes.append(Note(("type",), "Hunting makes no findings; its `rba` is not used", "remove `rba`"))
        return
    rba = rba if isinstance(rba, dict) else {}
    if rba.get("threat_objects"):
        adapted.put(("threat_objects",), rba["threat_objects"], ("rba", "threat_objects"))
    listed = rba.get("risk_objects")
    objects = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    message = rba.get("message")
    rest = list(enumerate(objects))
    if kind == "TTP":
        adapted.put(("finding", "title"), message or data.get("name"), ("rba", "message"))
        if objects:
            chosen = _finding_entity(adapted, objects)
            rest = [(index, entity) for index, entity in rest if index != chosen]
            adapted.put(("finding", "entity"), dict(objects[chosen]), ("rba", "risk_objects", chosen))
    if not objects:
        adapted.note(("type",), "no risk object says whom it is about", "add the entity of its findings")
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
