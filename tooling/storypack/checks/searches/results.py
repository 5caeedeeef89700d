"""What a detection says of its rows, against the rows that its search yields."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.findings import entities
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.checks.tokens import is_info, texts, tokens
from storypack.pack.models.search import Search
from storypack.spelling import one_of

# What Enterprise Security itself adds to a finding, and Splunk to a drilldown or alert.
_ADDED_NAMES = """
    info_min_time info_max_time info_search_time trigger_time job.earliestTime job.latestTime event_id rule_name
    rule_title rule_id search_name orig_sid orig_rid orig_time orig_event_id savedsearch_description security_domain
    severity urgency owner status source sourcetype host index _time _raw risk_score risk_message risk_object
    risk_object_type risk_event_count threat_object threat_object_type normalized_risk_object notable_type entity
    entity_type finding_title annotations earliest latest
"""
_ADDED = frozenset(_ADDED_NAMES.split())


def _lacks(reading: Reading, name: str) -> str | None:
    """The cure (perhaps empty) if the rows can not have this field, else None."""
    result = reading.result
    if result is None or result.has(name):
        return None
    return one_of(name, (known for known in result.known if not known.startswith("_")))


@rule(
    "SP220",
    "Token of a field that the rows do not have",
    on="spl",
    why="A token that the row has no field for is shown as it stands: an analyst reads '$usr$ shared a snapshot', and "
    "a drilldown looks for the text '$usr$'.",
    example="search: ... | stats count by user\nfinding:\n  title: $usr$ shared a snapshot",
    cure="Use a field that the search yields, or let it yield this one.",
)
def token(reading: Reading, world: World) -> Faults:
    if reading.detection is None:
        return
    for key, text in texts(reading.detection):
        for name in tokens(text):
            field = name.removeprefix("result.")
            cure = None if field in _ADDED or is_info(field) else _lacks(reading, field)
            if cure is not None:
                found = re.search(rf"\${re.escape(name)}(?:\||\$)", text)
                offset = found.start() if found else None
                yield Fault(f"the rows have no field `{field}` for ${name}$", key, cure, offset=offset)


@rule(
    "SP221",
    "Entity or threat object that the rows do not have",
    on="spl",
    why="Without the field in the row the entity is empty: no risk is added to anybody, and a finding is about no one.",
    example="search: ... | stats count by user\nfinding:\n  entity: {field: src_user, type: user, score: 60}",
    cure="Use a field that the search yields, or let it yield this one.",
)
def entity(reading: Reading, world: World) -> Faults:
    detection = reading.detection
    if detection is None:
        return
    named = [(f"{key}.field", each.field) for key, each in entities(detection)]
    named += [(f"threat_objects.{number}.field", each.field) for number, each in enumerate(detection.threat_objects)]
    yield from _fields(reading, named)


def _fields(reading: Reading, named: list[tuple[str, str]]) -> Iterator[Fault]:
    for key, name in named:
        cure = _lacks(reading, name)
        if cure is not None:
            yield Fault(f"the rows have no field `{name}`", key, cure)


@rule(
    "SP222",
    "Throttling by a field that the rows do not have",
    on="spl",
    why="All rows are alike in a field that none has: after the first row everything is silenced.",
    example="search: ... | stats count by user\nthrottling: {fields: [dest], period: 3600s}",
    cure="Use fields that the search yields.",
)
def throttling(reading: Reading, world: World) -> Faults:
    if reading.detection is not None and reading.detection.throttling is not None:
        fields = reading.detection.throttling.fields
        yield from _fields(reading, [(f"throttling.fields.{number}", name) for number, name in enumerate(fields)])


@rule(
    "SP223",
    "Expected row with a field that the rows do not have",
    on="spl",
    why="The test can not pass: no row will ever have this field.",
    example="search: ... | stats count by user\ntests:\n- expected_rows: [{usr: jane}]",
    cure="Use fields that the search yields.",
)
def expected_row(reading: Reading, world: World) -> Faults:
    if not reading.is_main or not isinstance(reading.owner, Search):
        return
    for number, test in enumerate(reading.owner.tests):
        for index, row in enumerate(test.expected_rows):
            for name, value in row.items():
                cure = _lacks(reading, name)
                if cure is not None and value is not None:
                    key = f"tests.{number}.expected_rows.{index}"
                    yield Fault(f"the rows have no field `{name}`", f"{key}.{name}" if "." not in name else key, cure)


@rule(
    "SP225",
    "Rows that carry a risk object of their own",
    on="spl",
    why="Enterprise Security takes the columns risk_object and risk_object_type of a row for every risk that it adds: "
    "they override all entities that the detection names.",
    example="search: ... | stats count by risk_object risk_object_type",
    cure="Rename them at the end of the search, for example to entity.",
)
def own_risk_object(reading: Reading, world: World) -> Faults:
    detection, result = reading.detection, reading.result
    if detection is None or result is None or not any(entities(detection)):
        return
    for name in ("risk_object", "risk_object_type"):
        if name in result.known:
            yield Fault(f"the rows carry a column `{name}`, which overrides the detection's entities", "search")
