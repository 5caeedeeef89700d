"""MITRE ATT&CK and CVE ids."""

from __future__ import annotations

import re

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Detection, Investigation, Story
from storypack.reference import attack
from storypack.spelling import did_you_mean

_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?")
_CVE = re.compile(r"CVE-(?:1999|2\d{3})-\d{4,}")


def _ids(item: Detection | Investigation) -> list[tuple[str, str]]:
    return [(f"mitre_attack_id.{number}", id) for number, id in enumerate(item.mitre_attack_id)]


@rule(
    "SP130",
    "Unknown ATT&CK technique",
    on="content",
    policy=True,
    why="Annotations of Enterprise Security, the Navigator layer and coverage reports are made from these ids; one "
    "that does not exist silently falls out of all of them.",
    example="mitre_attack_id: [T1567.999]",
    cure="Look the technique up at attack.mitre.org; write T and four digits, for a sub-technique .001 and so on.",
)
def unknown_technique(content: object, context: Context) -> Faults:
    if not isinstance(content, Detection | Investigation):
        return
    for key, id in _ids(content):
        if attack.technique(id) is not None:
            continue
        if not _TECHNIQUE.fullmatch(id):
            cure = f"write {id.strip().upper()}" if attack.technique(id.strip().upper()) else "as in T1567 or T1567.002"
            yield Fault(f"'{id}' is not an ATT&CK technique id", key, cure)
            continue
        parent = attack.technique(id.partition(".")[0])
        known = sorted(sub for sub in attack.techniques() if parent and sub.startswith(f"{parent.id}."))
        cure = f"{parent.name} has {', '.join(known) or 'no sub-techniques'}" if parent else ""
        yield Fault(
            f"ATT&CK {attack.VERSION} has no technique {id}", key, cure or did_you_mean(id, attack.techniques())
        )


@rule(
    "SP131",
    "Revoked or deprecated ATT&CK technique",
    on="content",
    policy=True,
    why="MITRE moves techniques; tools that read the current matrix do not know the old id.",
    example="mitre_attack_id: [T1022]",
    cure="Use the technique that took its place.",
)
def revoked_technique(content: object, context: Context) -> Faults:
    if not isinstance(content, Detection | Investigation):
        return
    for key, id in _ids(content):
        found = attack.technique(id)
        if found is None or found.active:
            continue
        heir = attack.replacement(id)
        cure = f"use {heir.id} ({heir.name})" if heir else "nothing took its place; leave it out"
        yield Fault(f"ATT&CK {id} ({found.name}) is {'revoked' if found.revoked else 'deprecated'}", key, cure)


@rule(
    "SP132",
    "Technique and its sub-technique both listed",
    on="content",
    policy=True,
    why="The sub-technique already says the technique. Listed both, a coverage report counts the same detection twice.",
    example="mitre_attack_id: [T1567, T1567.002]",
    cure="Keep the sub-technique only.",
)
def parent_and_child(content: object, context: Context) -> Faults:
    if not isinstance(content, Detection | Investigation):
        return
    listed = dict(reversed([(id, key) for key, id in _ids(content)]))
    for id in listed:
        parent = id.partition(".")[0]
        if parent != id and parent in listed:
            yield Fault(f"{parent} and its sub-technique {id} are both listed", listed[parent], f"leave {parent} out")
            listed = {other: key for other, key in listed.items() if other != parent}


@rule(
    "SP133",
    "Detection without an ATT&CK technique",
    on="detection",
    policy=True,
    severity=Severity.WARNING,
    why="Coverage is counted in techniques, and risk rules often ask for several of them on one entity.",
    example="mitre_attack_id: []",
    cure="Name the technique that the search sees, as precisely as it sees it.",
)
def no_technique(detection: Detection, context: Context) -> Faults:
    if not detection.mitre_attack_id and detection.status == "production":
        yield Fault("mitre_attack_id names no technique", "mitre_attack_id")


@rule(
    "SP134",
    "Repeated value in a list",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="A value listed twice is usually a slip for another one.",
    example="mitre_attack_id: [T1537, T1537]",
    cure="Remove one of them.",
)
def repeated(content: object, context: Context) -> Faults:
    keys = ("mitre_attack_id", "cve", "analytic_story", "data_source", "references", "threat_group", "baselines")
    for key in keys:
        values = getattr(content, key, None) or []
        for number, value in enumerate(values):
            if value in values[:number]:
                yield Fault(f"{key} lists '{value}' twice", f"{key}.{number}")


@rule(
    "SP135",
    "Malformed CVE id",
    on="content",
    policy=True,
    why="The id becomes an annotation that other tools join on.",
    example="cve: [CVE-21-1234]",
    cure="As in CVE-2026-12345.",
)
def malformed_cve(content: object, context: Context) -> Faults:
    if isinstance(content, Detection | Story):
        for number, id in enumerate(content.cve):
            if not _CVE.fullmatch(id):
                yield Fault(f"'{id}' is not a CVE id", f"cve.{number}", "as in CVE-2026-12345")
