"""A hunt: all detections of a pack over many events, each event read once.

collect the candidates → run each detection as its schedule would have → correlate the risk of its findings
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from storypack.engine.candidates import Candidates
from storypack.engine.collecting import fields_read
from storypack.engine.errors import EngineError
from storypack.engine.filters import Filters, filters_of
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import EventTable, FileSource
from storypack.engine.plan import ScanPlan, only_request, scans
from storypack.engine.run import open_session
from storypack.engine.source import LookupTable
from storypack.engine.staging import Coverage, Staged, open_staging, stage
from storypack.engine.text import parse_search
from storypack.hunting.baselines import Baselines
from storypack.hunting.detection import hunt_detection
from storypack.hunting.findings import Finding, Hunt, Outcome, in_order
from storypack.hunting.hunted import Hunted
from storypack.hunting.prefix import groupings
from storypack.hunting.risk import ORIGIN, asks_for_risk, events_of
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.spl.macros import MacroDefinition, expand

FINDING = "storypack_finding"
"""The field of a risk event that holds the number of its finding."""


@dataclass(frozen=True)
class Progress:
    """How far a hunt is: what it does, how much of it is done, and of how much."""

    what: str
    done: int = 0
    of: int = 0


# A pass over events, as `staging.stage` is one.
Pass = Callable[[FileSource, Iterable[Filters], float], Iterator[tuple[list[Staged], Coverage]]]


@dataclass
class Quarry:
    """What to hunt with: detections of a pack, the macros and lookups that they see, and how. `now` is the present, in
    epoch seconds; `names` = what to call a file in place of its path; `stage` = what passes over the events."""

    pack: Pack
    detections: Sequence[Entry[Detection]]
    macros: Mapping[str, MacroDefinition]
    lookups: Mapping[str, LookupTable]
    now: float
    whole: bool = False
    has_site: bool = False
    names: Mapping[Path, str] = field(default_factory=dict, repr=False)
    progress: Callable[[Progress], object] = field(default=lambda progress: None, repr=False)
    stage: Pass = field(default=stage, repr=False)

    def correlates(self, entry: Entry[Detection]) -> bool:
        return asks_for_risk(expand(entry.model.search, self.macros, problems=[]).text)


def hunt(quarry: Quarry, source: FileSource, result: Hunt) -> None:
    """Fill `result` from the events of `source`; findings are there as soon as they are made, so that an interrupt
    leaves those that were found. Raises UnreadableEvents, before there are any, for files that were opened in haste and
    are to be opened with care."""
    begin = time.monotonic()
    result.whole, result.has_site = quarry.whole, quarry.has_site
    result.outcomes.clear()
    result.coverage.clear()
    try:
        own = [entry for entry in quarry.detections if not quarry.correlates(entry)]
        _hunt(quarry, own, source, result)
        correlations = [entry for entry in quarry.detections if quarry.correlates(entry)]
        if correlations:
            correlate(quarry, correlations, source.knowledge, result)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        result.risk = risk_rows(quarry.pack, result.findings)
        result.seconds = time.monotonic() - begin


def _hunt(quarry: Quarry, entries: Sequence[Entry[Detection]], source: FileSource, result: Hunt) -> None:
    quarry.progress(Progress("planning"))
    staged: list[Staged] = []
    plans, baselines = _planned_where_telemetry_is(quarry, entries, source, result)
    needs = needs_of(quarry, entries, plans, baselines, source)
    for parts, coverage in quarry.stage(source, needs, quarry.now):
        staged += parts
        if coverage.events:
            result.coverage.append(coverage)
        quarry.progress(Progress(f"read {coverage.sourcetype or 'events'}", coverage.events))
    candidates = Candidates(source, staged, needs, quarry.now, lookups=dict(quarry.lookups), names=quarry.names)
    baselines.candidates = candidates
    _run_all(quarry, entries, plans, candidates, baselines, result)
    lines = candidates.with_lines(event for finding in result.findings for event in finding.events)
    result.findings[:] = [
        replace(finding, events=in_order(lines.get(event, event) for event in finding.events))
        for finding in result.findings
    ]


def needs_of(
    quarry: Quarry,
    entries: Iterable[Entry[Detection]],
    plans: Mapping[str, Sequence[ScanPlan]],
    baselines: Baselines,
    source: FileSource,
) -> dict[Filters, frozenset[str]]:
    """The fields that searches read, by their base filters; those by which a detection groups tell its findings' events
    apart, though the search may make them itself."""
    needs: dict[Filters, frozenset[str]] = {}
    with open_session(source, quarry.macros, quarry.now) as session:
        for entry in entries:
            if entry.name in plans:
                _add_need(needs, plans[entry.name], groupings(parse_search(entry.model.search, session)))
    for each in baselines.plans.values():
        _add_need(needs, each, ())
    return needs


def _add_need(needs: dict[Filters, frozenset[str]], plans: Sequence[ScanPlan], others: Iterable[str]) -> None:
    filters = filters_of(plan.request for plan in plans)
    needs[filters] = needs.get(filters, frozenset()).union(fields_read(filters, plans), others)


def _planned_where_telemetry_is(
    quarry: Quarry, entries: Sequence[Entry[Detection]], source: FileSource, result: Hunt
) -> tuple[dict[str, tuple[ScanPlan, ...]], Baselines]:
    """See `planned`. What there is is known beforehand where the files are read here."""
    if quarry.stage is not stage:
        return planned(quarry, entries, source, result)
    with open_staging(source, quarry.now) as staging:
        return planned(quarry, entries, source, result, staging.has_telemetry)


def planned(
    quarry: Quarry,
    entries: Iterable[Entry[Detection]],
    source: FileSource,
    result: Hunt,
    has_telemetry: Callable[[Filters], bool] = lambda filters: True,
) -> tuple[dict[str, tuple[ScanPlan, ...]], Baselines]:
    """What each detection needs of the events, and the baselines that feed those for which there are any. Of one
    without telemetry only the base filter is known; searches that expand to the same text are planned once."""
    plans: dict[str, tuple[ScanPlan, ...]] = {}
    of_text: dict[str, tuple[ScanPlan, ...]] = {}
    for entry in entries:
        text = expand(entry.model.search, quarry.macros, problems=[]).text
        try:
            if text not in of_text:
                of_text[text] = _plans(entry.model.search, quarry, source, has_telemetry)
            plans[entry.name] = of_text[text]
        except EngineError as error:
            result.outcomes.append(not_run(entry, str(error)))
    baselines = Baselines(quarry.pack, quarry.macros, whole=quarry.whole)
    there = {name for name, each in plans.items() if has_telemetry(filters_of(plan.request for plan in each))}
    baselines.choose([entry for entry in entries if entry.name in there], source, quarry.now)
    return plans, baselines


def _plans(
    search: str, quarry: Quarry, source: FileSource, has_telemetry: Callable[[Filters], bool]
) -> tuple[ScanPlan, ...]:
    request = only_request(search, source, quarry.macros, quarry.now)
    if request is not None and not has_telemetry(filters_of([request])):
        return (ScanPlan(request, frozenset()),)
    return scans(search, source, quarry.macros, quarry.now)


def _run_all(
    quarry: Quarry,
    entries: Sequence[Entry[Detection]],
    plans: Mapping[str, tuple[ScanPlan, ...]],
    candidates: Candidates,
    baselines: Baselines,
    result: Hunt,
) -> None:
    planned = [entry for entry in entries if entry.name in plans]
    hours = sorted({hour for each in result.coverage for hour in each.hours})
    for number, entry in enumerate(planned):
        quarry.progress(Progress(entry.name, number, len(planned)))
        begin = time.monotonic()
        findings: list[Finding] = []
        try:
            outcome = _run(quarry, entry, plans[entry.name], candidates, baselines, hours, findings)
        except EngineError as error:
            outcome = not_run(entry, str(error))
        finally:
            take(findings, result)
        result.outcomes.append(replace(outcome, findings=len(findings), seconds=time.monotonic() - begin))


def _run(
    quarry: Quarry,
    entry: Entry[Detection],
    plans: tuple[ScanPlan, ...],
    candidates: Candidates,
    baselines: Baselines,
    hours: Sequence[int],
    findings: list[Finding],
) -> Outcome:
    """Add the findings of a detection to `findings`; what became of it otherwise. Raises EngineError."""
    outcome = Outcome(entry.name, entry.path, "nothing", needs=tuple(entry.model.data_sources))
    if not plans:
        return replace(outcome, state="not run", why="it asks for no events")
    filters = filters_of(plan.request for plan in plans)
    if not candidates.has_telemetry(filters):
        return replace(outcome, state="no data")
    hunted = Hunted(
        entry,
        plans,
        quarry.pack,
        quarry.macros,
        candidates.of(filters),
        quarry.lookups,
        baselines,
        whole=quarry.whole,
        has_site=quarry.has_site,
        hours=hours,
    )
    return hunt_detection(hunted, outcome, findings)


def take(findings: Iterable[Finding], result: Hunt) -> None:
    """Add findings to the result, with their numbers."""
    for finding in findings:
        result.findings.append(replace(finding, number=len(result.findings) + 1))


def not_run(entry: Entry[Detection], why: str) -> Outcome:
    """What became of a detection that could not be run."""
    return Outcome(entry.name, entry.path, "not run", needs=tuple(entry.model.data_sources), why=why)


# --- correlations ---------------------------------------------------------------------------------------------------


def correlate(quarry: Quarry, entries: Sequence[Entry[Detection]], knowledge: Knowledge, result: Hunt) -> None:
    """Searches over the risk index, run over the risk events of the findings so far."""
    rows = risk_rows(quarry.pack, result.findings)
    if not rows:
        result.outcomes += [
            Outcome(entry.name, entry.path, "no data", needs=("risk of findings",)) for entry in entries
        ]
        return
    inner = Hunt()
    with FileSource([], knowledge, clock=quarry.now, lookups=quarry.lookups, tables=[EventTable(ORIGIN, rows)]) as risk:
        _hunt(replace(quarry, stage=stage), entries, risk, inner)
    result.outcomes += inner.outcomes
    take((_contributed(finding) for finding in inner.findings), result)


def risk_rows(pack: Pack, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The risk index that the findings would fill. The event of a finding without a time has none."""
    entries = {entry.name: entry for entry in pack.detections}
    rows = []
    for finding in findings:
        entry = entries[finding.detection]
        for row in events_of(entry.model, pack.stanza(entry), [finding.row], finding.run or 0.0, pack):
            row[FINDING] = finding.number
            if finding.run is None:
                row.pop("_time")
            rows.append(row)
    return rows


def _contributed(finding: Finding) -> Finding:
    """A correlation's finding: behind it stand findings, not events."""
    import json

    numbers = {int(json.loads(event.raw)[FINDING]) for event in finding.events}
    return replace(finding, events=(), contributing=tuple(sorted(numbers)))
