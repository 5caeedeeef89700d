"""Findings, intermediate findings, threat objects and throttling: what Enterprise Security makes of a row."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Detection
from storypack.pack.models.detection import FindingEntity
from storypack.reference.objects import ENTITY_TYPES, THREAT_OBJECT_TYPES
from storypack.spelling import one_of

_FINDING_NEEDED = ("TTP", "Correlation")


def entities(detection: Detection) -> Iterator[tuple[str, FindingEntity]]:
    """Every entity with its key path, the finding's first."""
    if detection.finding and detection.finding.entity:
        yield "finding.entity", detection.finding.entity
    if detection.intermediate_findings:
        for number, entity in enumerate(detection.intermediate_findings.entities):
            yield f"intermediate_findings.entities.{number}", entity


@rule(
    "SP140",
    "Score out of range",
    on="detection",
    why="Enterprise Security's scores run from 0 to 100; thresholds of risk rules are set with that in mind.",
    example="finding:\n  entity: {field: user, type: user, score: 900}",
    cure="Use 0 to 100.",
)
def score(detection: Detection, context: Context) -> Faults:
    for key, entity in entities(detection):
        if not 0 <= entity.score <= 100:
            yield Fault(f"score is {entity.score}; it must lie between 0 and 100", f"{key}.score")


@rule(
    "SP141",
    "Unknown entity type",
    on="detection",
    why="Enterprise Security looks entities up by type: a user among identities, a system among assets. A type that "
    "it does not know is looked up nowhere, and risk of the same person does not add up.",
    example="finding:\n  entity: {field: user, type: person, score: 60}",
    cure="Use user, system or other.",
)
def entity_type(detection: Detection, context: Context) -> Faults:
    for key, entity in entities(detection):
        if entity.type not in ENTITY_TYPES:
            yield Fault(f"entity type '{entity.type}' is not known", f"{key}.type", one_of(entity.type, ENTITY_TYPES))


@rule(
    "SP142",
    "Unknown threat object type",
    on="detection",
    policy=True,
    why="Searches over the risk index group threat objects by type; a spelling of one's own stands alone.",
    example="threat_objects: [{field: src, type: ipaddress}]",
    cure="Use a known type, such as ip_address, domain, file_name or process_name.",
)
def threat_object_type(detection: Detection, context: Context) -> Faults:
    for number, item in enumerate(detection.threat_objects):
        if item.type not in THREAT_OBJECT_TYPES:
            cure = one_of(item.type, THREAT_OBJECT_TYPES)
            yield Fault(f"threat object type '{item.type}' is not known", f"threat_objects.{number}.type", cure)


@rule(
    "SP143",
    "Finding missing",
    on="detection",
    policy=True,
    why="A TTP or Correlation is one that an analyst has to look at: without a finding, its rows reach nobody.",
    example="type: TTP\n# and no finding:",
    cure="Add finding: with a title and an entity, or change the type.",
)
def finding_missing(detection: Detection, context: Context) -> Faults:
    if detection.type in _FINDING_NEEDED and detection.finding is None:
        cure = "add finding: with a title and an entity {field, type, score}"
        yield Fault(f"a {detection.type} needs a finding", "type", cure)


@rule(
    "SP144",
    "Intermediate findings missing",
    on="detection",
    policy=True,
    why="An Anomaly does nothing but add risk to an entity; without intermediate findings it does nothing at all.",
    example="type: Anomaly\n# and no intermediate_findings:",
    cure="Add intermediate_findings: with entities, or make it a Hunting search.",
)
def intermediate_missing(detection: Detection, context: Context) -> Faults:
    if detection.type == "Anomaly" and detection.intermediate_findings is None:
        cure = "add intermediate_findings: with entities: [{field, type, score, message}]"
        yield Fault("an Anomaly needs intermediate findings", "type", cure)


@rule(
    "SP145",
    "Finding that the type forbids",
    on="detection",
    policy=True,
    why="An Anomaly only adds risk and a Hunting search is read by who runs it; a finding for each row would flood "
    "the analysts' queue.",
    example="type: Hunting\nfinding: {title: ..., entity: ...}",
    cure="Remove the finding, or make the detection a TTP.",
)
def finding_forbidden(detection: Detection, context: Context) -> Faults:
    if detection.finding and detection.type not in _FINDING_NEEDED:
        article = "an" if detection.type == "Anomaly" else "a"
        yield Fault(f"{article} {detection.type} has no finding", "finding", "remove it, or use type: TTP")


@rule(
    "SP146",
    "Intermediate findings that the type forbids",
    on="detection",
    policy=True,
    why="A Correlation reads the risk index: adding risk from it makes it feed on itself. A Hunting search adds none.",
    example="type: Correlation\nintermediate_findings: ...",
    cure="Remove them, or change the type to TTP or Anomaly.",
)
def intermediate_forbidden(detection: Detection, context: Context) -> Faults:
    if detection.intermediate_findings and detection.type in ("Hunting", "Correlation"):
        yield Fault(f"a {detection.type} has no intermediate findings", "intermediate_findings", "remove them")


@rule(
    "SP147",
    "Threat objects that go nowhere",
    on="detection",
    severity=Severity.WARNING,
    why="Threat objects travel in risk events, and those are written for intermediate findings only. Tools that write "
    "the threat objects anyway leave the risk action switched off, so nothing happens.",
    example="type: TTP\nfinding: ...\nthreat_objects: [{field: src, type: ip_address}]",
    cure="Add intermediate_findings, or remove threat_objects.",
)
def threat_objects_alone(detection: Detection, context: Context) -> Faults:
    if detection.threat_objects and detection.intermediate_findings is None:
        yield Fault("threat objects without intermediate findings never reach the risk index", "threat_objects")


@rule(
    "SP148",
    "Entity field used twice",
    on="detection",
    policy=True,
    why="The same field as entity twice counts its score twice for the same row.",
    example="finding:\n  entity: {field: user, ...}\nintermediate_findings:\n  entities: [{field: user, ...}]",
    cure="Keep the field in one place.",
)
def entity_twice(detection: Detection, context: Context) -> Faults:
    seen: dict[str, str] = {}
    for key, entity in entities(detection):
        if entity.field in seen:
            yield Fault(f"field '{entity.field}' is already the entity of {seen[entity.field]}", f"{key}.field")
        seen.setdefault(entity.field, key)


@rule(
    "SP149",
    "Entity is a threat object, too",
    on="detection",
    policy=True,
    severity=Severity.WARNING,
    why="An entity is what was attacked or misused, a threat object is what the attacker brought. The same field as "
    "both puts the victim on the list of indicators.",
    example="intermediate_findings:\n  entities: [{field: src, ...}]\nthreat_objects: [{field: src, type: ip_address}]",
    cure="Decide which of the two it is.",
)
def entity_is_threat_object(detection: Detection, context: Context) -> Faults:
    fields = {entity.field for _, entity in entities(detection)}
    for number, item in enumerate(detection.threat_objects):
        if item.field in fields:
            yield Fault(f"field '{item.field}' is an entity and a threat object", f"threat_objects.{number}.field")


@rule(
    "SP157",
    "Finding about nobody",
    on="detection",
    policy=True,
    why="Enterprise Security groups findings and adds up risk by entity. One about nobody stands alone in the queue.",
    example="finding:\n  title: Several stages of an intrusion on one host",
    cure="Add entity: {field, type, score} to the finding.",
)
def finding_about_nobody(detection: Detection, context: Context) -> Faults:
    if detection.finding is not None and detection.finding.entity is None:
        yield Fault("the finding has no entity", "finding", "add entity: {field: user, type: user, score: 50}")


@rule(
    "SP150",
    "Throttling that does not work",
    on="detection",
    why="A period of nothing never throttles; a field listed twice is a slip for another one.",
    example="throttling: {fields: [user, user], period: 0s}",
    cure="Name each field once, and a period such as 3600s.",
)
def throttling(detection: Detection, context: Context) -> Faults:
    if not detection.throttling:
        return
    if period_seconds(detection.throttling.period) == 0:
        yield Fault("the throttling period is 0", "throttling.period", "for example 3600s")
    fields = detection.throttling.fields
    for number, name in enumerate(fields):
        if name in fields[:number]:
            yield Fault(f"throttling lists '{name}' twice", f"throttling.fields.{number}")
        if not name.strip() or "," in name:
            yield Fault(f"'{name}' is not a field name", f"throttling.fields.{number}", "write one field per item")


def period_seconds(text: str) -> int:
    """The seconds of a throttling period: `3600s`, `60m`, `1h`, `1d`, or a bare number of seconds."""
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86400}.get(text[-1])
    return int(text[:-1]) * unit if unit else int(text)
