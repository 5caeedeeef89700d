"""The risk events that Enterprise Security would write for a detection's rows.

Enterprise Security manual: "How risk modifiers impact risk scores"; the field names are those of the Risk data model
(`reference/data/cim/risk.json`). One event for each row, each entity of the intermediate findings and each value of
the entity's field; the fields of the row come along, as they do in the risk index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storypack.engine.errors import EngineError
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import EventTable, FileSource
from storypack.engine.run import search
from storypack.engine.values import to_multi
from storypack.pack.models.detection import Detection
from storypack.pack.models.search import SearchTest
from storypack.pack.pack import Entry, Pack
from storypack.reference import attack
from storypack.spl.macros import expand
from storypack.testing.clock import moment
from storypack.testing.setting import Setting

ORIGIN = EventFile(Path("risk"), sourcetype="stash", source="risk", index="risk")
_TOKEN = re.compile(r"\$([^$\s]+)\$")
_RISK_WORDS = re.compile(r"\bAll_Risk\b|\bindex\s*=\s*\"?risk\b|`[^`]*risk_index[^`]*`", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RiskEvents:
    """What the detections of a test wrote: events, how many each wrote (by stanza), and what kept one
    from running. `unknown` = detections of this pack, by their stanzas, that the search names and that do not exist."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def table(self) -> EventTable:
        return EventTable(ORIGIN, self.rows)


def reads_risk(entry: Entry[Any], setting: Setting) -> bool:
    """Whether a search looks into the risk index."""
    return bool(_RISK_WORDS.search(_expanded(entry, setting)))


def risk_events(correlation: Entry[Any], test: SearchTest, setting: Setting) -> RiskEvents:
    """What the pack's detections that this correlation may look at write for the test's events."""
    found = RiskEvents()
    problems = []
    with setting.source(test) as source:
        for entry in feeders(correlation, test, setting):
            stanza = setting.pack.stanza(entry)
            try:
                rows, now = _run(entry, test, setting, source)
            except EngineError as error:
                problems.append(f"{stanza} could not be run: {error}")
                continue
            events = list(events_of(entry.model, stanza, rows, now, setting.pack))
            found.rows.extend(events)
            found.written[stanza] = len(events)
    return RiskEvents(found.rows, found.written, tuple(problems), _unknown(correlation, setting))


def _unknown(correlation: Entry[Any], setting: Setting) -> tuple[str, ...]:
    prefix = re.escape(setting.pack.settings.stanza_prefix)
    named = re.findall(rf"\"({prefix} - [^\"*]+ - Rule)\"", _expanded(correlation, setting))
    known = {setting.pack.stanza(entry) for entry in setting.pack.detections}
    return tuple(dict.fromkeys(name for name in named if name not in known))


def feeders(correlation: Entry[Any], test: SearchTest, setting: Setting) -> list[Entry[Detection]]:
    """The detections whose risk a correlation may look at: those that it names; else those of the stories that it
    names; else all. Of these only such as read a sourcetype that the test has."""
    pack = setting.pack
    text = _expanded(correlation, setting)
    candidates = [
        entry
        for entry in pack.detections
        if entry is not correlation and entry.model.intermediate_findings and not reads_risk(entry, setting)
    ]
    named = [entry for entry in candidates if pack.stanza(entry) in text]
    if not named:
        told = [name for name in pack.story_named if name in text]
        named = [entry for entry in candidates if set(told) & set(entry.model.analytic_story)]
    given = {item.sourcetype.lower() for item in test.attack_data}
    return [entry for entry in named or candidates if _could_read(entry.model, given, pack)]


def _could_read(detection: Detection, given: set[str], pack: Pack) -> bool:
    known = [pack.data_source_named[name].model for name in detection.data_sources if name in pack.data_source_named]
    return not known or any(str(source.sourcetype).lower() in given for source in known)


def _run(
    entry: Entry[Detection], test: SearchTest, setting: Setting, source: FileSource
) -> tuple[Sequence[Mapping[str, Any]], float]:
    """The rows of a detection over all of the test's events, and when it ran."""
    when = moment(test, setting.pack.schedule_of(entry.model), source.times)
    source.newest_at = when.newest
    source.clock = when.newest or (source.times or (0.0, when.now - 1))[1]
    found = search(entry.model.search, source, setting.macros_of(test), when.now)
    return found.rows, when.now


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


def _expanded(entry: Entry[Any], setting: Setting) -> str:
    return expand(entry.model.search, setting.macros, problems=[]).text
