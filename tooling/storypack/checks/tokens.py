"""`$field$` tokens in titles, messages, drilldowns and next steps."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.checks.findings import entities
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.pack.models import Detection
from storypack.spelling import did_you_mean

# A field between two dollars, perhaps with a filter: $user$, $Processes.dest$, $result.user$, $user|s$.
TOKEN = re.compile(r"\$([A-Za-z_][\w.:@{}-]*)(?:\|[a-z])?\$")
_DOUBLED = re.compile(r"\$\$([A-Za-z_][\w.]*)\$\$")
_NO_TOKEN = re.compile(r"\$\$|\$(?=[0-9])(?![0-9.,]*\$)")
_OF_SPLUNK = frozenset(
    {"info_min_time", "info_max_time", "info_search_time", "info_sid", "trigger_time", "job.earliestTime"}
)


def tokens(text: str) -> list[str]:
    """The fields that a text's tokens name, in order and once each.

    >>> tokens("$user$ sent $bytes$ bytes to $dest$, $user$!")
    ['user', 'bytes', 'dest']
    """
    return list(dict.fromkeys(match[1] for match in TOKEN.finditer(text)))


def stray_dollar(text: str) -> int | None:
    """Where a dollar sign stands that opens no token, or None. An amount (`$500`) is no token, `$$` is a dollar."""
    rest = TOKEN.sub(lambda match: " " * len(match[0]), text)
    if "$" not in rest:
        return None
    rest = _NO_TOKEN.sub(lambda match: " " * len(match[0]), rest)
    at = rest.find("$")
    return at if at >= 0 else None


def texts(detection: Detection) -> Iterator[tuple[str, str]]:
    """The texts of a detection that Enterprise Security fills with fields of the row, and their key paths."""
    if detection.finding:
        yield "finding.title", detection.finding.title
    if detection.intermediate_findings:
        for number, entity in enumerate(detection.intermediate_findings.entities):
            yield f"intermediate_findings.entities.{number}.message", entity.message
    if detection.next_steps:
        yield "next_steps", detection.next_steps
    for number, drilldown in enumerate(detection.drilldown_searches):
        yield f"drilldown_searches.{number}.name", drilldown.name
        yield f"drilldown_searches.{number}.search", drilldown.search
        yield f"drilldown_searches.{number}.earliest_offset", drilldown.earliest_offset
        yield f"drilldown_searches.{number}.latest_offset", drilldown.latest_offset


def is_info(name: str) -> bool:
    """Is it named like what addinfo gives? Search Reference: addinfo."""
    return name.startswith("info_")


def mentions(search: str, field: str) -> bool:
    """Whether the search's text names the field (perhaps with a dataset: `Processes.user`)."""
    at = search.find(field)
    while at >= 0:
        before, after = search[max(at - 1, 0) : at], search[at + len(field) : at + len(field) + 1]
        if not _is_word(before) and not _is_word(after):
            return True
        at = search.find(field, at + 1)
    return False


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


@rule(
    "SP151",
    "Unbalanced token",
    on="detection",
    why="A token needs a dollar sign on both sides. With one missing, Enterprise Security shows the text as it "
    "stands, or swallows everything up to the next dollar.",
    example="title: $user shared a snapshot with $account$",
    cure="Write $user$; for a dollar sign itself write $$.",
)
def unbalanced(detection: Detection, context: Context) -> Faults:
    for key, text in texts(detection):
        if key.endswith(".search"):
            continue  # there a dollar may end a regular expression
        for doubled in _DOUBLED.finditer(text):
            message = f"`{doubled[0]}` is shown as ${doubled[1]}$: two dollar signs are one that opens no token"
            cure = f"write ${doubled[1]}$"
            yield Fault(message, key, cure, offset=doubled.start(), severity=Severity.WARNING)
        at = stray_dollar(_DOUBLED.sub(lambda match: " " * len(match[0]), text))
        if at is not None:
            word = re.match(r"\$?[\w.]*", text[at:])
            shown = word[0] if word and len(word[0]) > 1 else text[at : at + 12]
            bare = re.fullmatch(r"\$\w+", shown)
            cure = f"write {shown}$" if bare else "a token is $field$; a dollar sign itself is $$"
            yield Fault(f"unbalanced token at '{shown}'", key, cure, offset=at)


@rule(
    "SP156",
    "Unknown token of the search's time range",
    on="detection",
    why="The times of the search that made the finding are called info_min_time and info_max_time. A token of another "
    "name stays as it stands, and a drilldown with it as a time does not run.",
    example="earliest_offset: $info_min$",
    cure="Write $info_min_time$ or $info_max_time$.",
)
def info_token(detection: Detection, context: Context) -> Faults:
    for key, text in texts(detection):
        for name in tokens(text):
            if is_info(name) and name not in _OF_SPLUNK:
                cure = did_you_mean(name, sorted(known for known in _OF_SPLUNK if is_info(known)), likeness=50)
                yield Fault(f"there is no ${name}$", key, cure, offset=text.find(f"${name}"))


def _open_detection(reading: Reading) -> Detection | None:
    """The detection in production whose rows may have any field; where their fields are known, SP220 to SP222 look."""
    detection, result = reading.detection, reading.result
    known = result is not None and not result.is_open
    return detection if detection and detection.status == "production" and not known else None


@rule(
    "SP152",
    "Token of a field that the search does not name",
    on="spl",
    severity=Severity.WARNING,
    why="A token that the row has no field for is shown as it stands: an analyst reads '$usr$ shared a snapshot'.",
    example="search: ... | stats count by user\nfinding:\n  title: $usr$ shared a snapshot",
    cure="Use a field that the search yields.",
)
def token_not_in_search(reading: Reading, world: World) -> Faults:
    detection = _open_detection(reading)
    if detection is None:
        return
    for key, text in texts(detection):
        for name in tokens(text):
            if (
                name not in _OF_SPLUNK
                and not is_info(name)
                and not mentions(detection.search, name.removeprefix("result."))
            ):
                yield Fault(f"the search does not name the field '{name}' of ${name}$", key)


@rule(
    "SP153",
    "Field that the search does not name",
    on="spl",
    severity=Severity.WARNING,
    why="Without the field in the row, the entity is empty, no risk is added, and throttling silences everything at "
    "once.",
    example="search: ... | stats count by user\nfinding:\n  entity: {field: src_user, type: user, score: 60}",
    cure="Use a field that the search yields.",
)
def field_not_in_search(reading: Reading, world: World) -> Faults:
    detection = _open_detection(reading)
    if detection is None:
        return
    named = [(f"{key}.field", entity.field) for key, entity in entities(detection)]
    named += [(f"threat_objects.{n}.field", item.field) for n, item in enumerate(detection.threat_objects)]
    if detection.throttling:
        named += [(f"throttling.fields.{n}", name) for n, name in enumerate(detection.throttling.fields)]
    for key, name in named:
        if not mentions(detection.search, name):
            yield Fault(f"the search does not name the field '{name}'", key)


@rule(
    "SP154",
    "Title or message that says nothing of the row",
    on="detection",
    policy=True,
    severity=Severity.WARNING,
    why="A queue of findings with the same title tells an analyst nothing about which to open first.",
    example="title: A snapshot was shared",
    cure="Name at least whom it is about: $user$ shared the snapshot $snapshot_id$ with account $account$.",
)
def no_token(detection: Detection, context: Context) -> Faults:
    if detection.finding and not tokens(detection.finding.title):
        yield Fault("the finding's title names no field of the row", "finding.title", "for example $user$")
    for number, entity in enumerate(
        detection.intermediate_findings.entities if detection.intermediate_findings else []
    ):
        if not tokens(entity.message):
            key = f"intermediate_findings.entities.{number}.message"
            yield Fault("the message names no field of the row", key, f"for example ${entity.field}$")


@rule(
    "SP155",
    "Drilldown that nobody can use",
    on="detection",
    policy=True,
    why="Two drilldowns of one name can not be told apart, and one that names no field of the finding shows the same "
    "rows for every finding.",
    example="drilldown_searches:\n- {name: View, search: 'index=main'}",
    cure="Give each its own name, and narrow the search down with a $field$ of the finding.",
    severity=Severity.WARNING,
)
def drilldowns(detection: Detection, context: Context) -> Faults:
    seen: set[str] = set()
    for number, drilldown in enumerate(detection.drilldown_searches):
        if drilldown.name in seen:
            yield Fault(f"two drilldowns are called '{drilldown.name}'", f"drilldown_searches.{number}.name")
        seen.add(drilldown.name)
        if not tokens(drilldown.search) and "%original_detection_search%" not in drilldown.search:
            yield Fault("the drilldown's search has no $field$ of the finding", f"drilldown_searches.{number}.search")
