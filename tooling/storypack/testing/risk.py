"""The risk that a correlation's test looks at: what the pack's other detections write for the test's events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from storypack.engine.errors import EngineError
from storypack.engine.knowledge.files import EventTable
from storypack.hunting.risk import ORIGIN, asks_for_risk, events_of
from storypack.pack.models.detection import Detection
from storypack.pack.models.search import SearchTest
from storypack.pack.pack import Entry, Pack
from storypack.spl.macros import expand
from storypack.testing.setting import Setting


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
    """Whether a search looks into the risk index; worked out once."""
    known = setting.readers_of_risk
    if entry.path not in known:
        known[entry.path] = asks_for_risk(_expanded(entry, setting))
    return known[entry.path]


class RiskWriter:
    """Gathers what the detections that feed a correlation write for a test."""

    def __init__(self, correlation: Entry[Any], setting: Setting) -> None:
        self._correlation, self._setting = correlation, setting
        self._rows: list[dict[str, Any]] = []
        self._written: dict[str, int] = {}
        self._problems: list[str] = []

    def write(self, entry: Entry[Detection], rows: Sequence[Mapping[str, Any]], now: float) -> None:
        """Add the risk events of a detection's rows, found at a moment (epoch seconds)."""
        pack = self._setting.pack
        stanza = pack.stanza(entry)
        events = list(events_of(entry.model, stanza, rows, now, pack))
        self._rows.extend(events)
        self._written[stanza] = len(events)

    def fail(self, entry: Entry[Detection], error: EngineError) -> None:
        """Take note of a detection that could not be run."""
        self._problems.append(f"{self._setting.pack.stanza(entry)} could not be run: {error}")

    @property
    def events(self) -> RiskEvents:
        """All that was written."""
        unknown = _unknown(self._correlation, self._setting)
        return RiskEvents(self._rows, self._written, tuple(self._problems), unknown)


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
    others = {source.name: source.sourcetype for source in pack.settings.external_data_sources}
    own = {name: entry.model.sourcetype for name, entry in pack.data_source_named.items()}
    known = [sourcetype for name in detection.data_sources if (sourcetype := {**others, **own}.get(name))]
    return not known or any(sourcetype.lower() in given for sourcetype in known)


def _expanded(entry: Entry[Any], setting: Setting) -> str:
    return expand(entry.model.search, setting.macros, problems=[]).text
