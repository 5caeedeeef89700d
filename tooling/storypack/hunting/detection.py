"""One detection over the candidates: run as its schedule would have, throttled, each row a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from storypack.engine.candidates import AT, Candidates, NotPlanned, WholeFiles, labels, may_match, relaxed
from storypack.engine.compile.pipeline import scan
from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import EngineError
from storypack.engine.plan import ScanPlan
from storypack.engine.run import Result, open_session, search
from storypack.engine.session import LookupChanged
from storypack.engine.source import LookupTable, ScanRequest
from storypack.engine.text import parse_search
from storypack.hunting.baselines import Baselines
from storypack.hunting.batch import batched, run_batch
from storypack.hunting.findings import Finding, Outcome, finding_of
from storypack.hunting.prefix import Prefix, depends_on_moment, run_prefix
from storypack.hunting.runs import Run, runs
from storypack.hunting.throttling import Throttle
from storypack.pack.models.detection import Detection
from storypack.pack.models.schedule import Schedule
from storypack.pack.pack import Entry, Pack
from storypack.spl import tree
from storypack.spl.fields.walk import walk
from storypack.spl.macros import MacroDefinition
from storypack.timemod import TimeModifierError

MOST_FINDINGS = 5_000
"""Findings of one detection; more are counted."""
_MAKES_NONE = frozenset(
    (
        "search",
        "where",
        "eval",
        "rex",
        "regex",
        "rename",
        "lookup",
        "fields",
        "table",
        "fillnull",
        "mvexpand",
        "makemv",
        "spath",
        "sort",
        "dedup",
        "bin",
        "addinfo",
        "head",
        "convert",
        "iplocation",
    )
)
MOST_SECONDS = 2_000_000
"""Seconds with events that the runs of one statement see, an event's second counted in each of them."""


@dataclass
class Hunted:
    """A detection and all that its runs need. `hours` are the starts of the hours that have events; `is_alone` = it
    cannot share the pass over the events with others, and reads the files in each run."""

    entry: Entry[Detection]
    scans: tuple[ScanPlan, ...]
    pack: Pack
    macros: Mapping[str, MacroDefinition]
    candidates: Candidates
    lookups: Mapping[str, LookupTable]
    baselines: Baselines
    whole: bool = False
    has_site: bool = False
    hours: Sequence[int] = ()
    is_alone: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def source(self) -> Candidates | WholeFiles:
        """What the search runs over."""
        return WholeFiles(self.candidates.files, self.candidates.lookups) if self.is_alone else self.candidates

    @property
    def detection(self) -> Detection:
        return self.entry.model

    @property
    def planned(self) -> frozenset[str]:
        """The fields that the search and its base filters read."""
        terms = (each.request.term for each in self.scans if each.request.term is not None)
        named = {node.name for term in terms for node in walk(term) if isinstance(node, tree.Field)}
        return frozenset({"_raw"}).union(named, *(each.fields or () for each in self.scans))

    @cached_property
    def pipeline(self) -> tree.Pipeline:
        with open_session(self.candidates, self.macros, 0.0) as session:
            return parse_search(self.detection.search, session)

    @property
    def has_data(self) -> bool:
        """Whether there are events of a kind that the search asks for."""
        return any(
            table.total
            and may_match(each.request.term, table.constants)
            and not table.impossible.intersection(labels(each.request.term))
            for table in self.candidates.tables
            for each in self.scans
        )

    @cached_property
    def has_own_range(self) -> bool:
        """Whether the search says itself at which time it looks."""
        return any(isinstance(node, tree.TimeModifier) for node in walk(self.pipeline))

    @cached_property
    def allow_lists(self) -> tuple[str, ...]:
        return allow_lists(self.pipeline, frozenset(self.pack.lookup_named).difference(self.baselines.lookups))


def allow_lists(pipeline: tree.Pipeline, known: frozenset[str]) -> tuple[str, ...]:
    """Those of the `known` lookups by which rows are let pass: what they give must be null."""
    null = {
        name.name
        for call in walk(pipeline)
        if isinstance(call, tree.Call) and call.name.lower() == "isnull"
        for name in walk(call)
        if isinstance(name, tree.Field)
    }
    lists: dict[str, None] = {}
    for node in walk(pipeline):
        if isinstance(node, tree.Lookup):
            given = {(each.target or each.source).name for each in node.outputs}
            name = str(getattr(node.table, "text", getattr(node.table, "name", "")))
            if given & null and name in known:
                lists[name] = None
    return tuple(lists)


def hunt_detection(hunted: Hunted, findings: list[Finding]) -> Outcome:
    """Add the findings of a detection to `findings`; what became of it otherwise. Raises EngineError."""
    outcome = Outcome(hunted.entry.name, hunted.entry.path, "nothing", needs=tuple(hunted.detection.data_sources))
    if not hunted.scans:
        return replace(outcome, state="not run", why="it asks for no events")
    if not hunted.has_data:
        return replace(outcome, state="no data")
    hunted.is_alone = any(each.fields is None for each in hunted.scans) or any(
        isinstance(node, tree.Deferred) for node in walk(hunted.pipeline)
    )
    try:
        return _hunted(hunted, outcome, findings)
    except NotPlanned:
        hunted.is_alone = True
        findings.clear()
        hunted.rows.clear()
        return _hunted(hunted, outcome, findings)


def _hunted(hunted: Hunted, outcome: Outcome, findings: list[Finding]) -> Outcome:
    if not hunted.is_alone and not any(map(makes_rows, hunted.pipeline.commands)) and not _has_candidates(hunted):
        return outcome
    if hunted.is_alone:
        hunted.warnings["it needs all that the events hold, so each of its runs reads the files anew"] = None
    prefix = run_prefix(hunted.detection.search, hunted.candidates, hunted.macros, frozenset(hunted.baselines.lookups))
    count = suppressed = 0
    for run, rows, kept in _moved(hunted, prefix):
        count += 1
        suppressed += len(rows) - len(kept)
        _add(hunted, run, kept, prefix, findings)
    for rows in _untimed(hunted):
        count += 1
        _add(hunted, None, rows, prefix, findings)
    if hunted.detection.name in hunted.rows and len(findings) >= MOST_FINDINGS:
        hunted.warnings[f"only the first {MOST_FINDINGS:,} findings are kept"] = None
    return replace(
        outcome,
        state="findings" if findings else "nothing",
        runs=count,
        suppressed=suppressed,
        warnings=tuple(hunted.warnings),
    )


# --- runs -----------------------------------------------------------------------------------------------------------


def _moved(hunted: Hunted, prefix: Prefix | None) -> Iterator[tuple[Run, Sequence[Any], Sequence[Any]]]:
    """Each run with its rows, and those that throttling leaves."""
    throttle = Throttle(None if hunted.whole else hunted.detection.throttling)
    for some, learnt in _alike(hunted, _runs(hunted, prefix)):
        hunted.candidates.lookups = {**hunted.lookups, **learnt}
        for run, rows in _rows(hunted, some):
            yield run, rows, throttle.passed(rows, run.now)


def _alike(hunted: Hunted, given: Iterator[Run]) -> Iterator[tuple[list[Run], dict[str, LookupTable]]]:
    """Successive runs that see the same lookups, and not too many events together."""
    some: list[Run] = []
    size = 0
    before: tuple[dict[str, LookupTable], object] = ({}, None)
    for run in given:
        state = hunted.baselines.at(hunted.entry.name, run.now)
        if some and (state[1] != before[1] or size > MOST_SECONDS):
            yield some, before[0]
            some, size = [], 0
        before = state
        some.append(run)
        size += run.seen[1] - run.seen[0]
    if some:
        yield some, before[0]


def _rows(hunted: Hunted, some: Sequence[Run]) -> Iterator[tuple[Run, Sequence[Mapping[str, Any]]]]:
    """The rows of runs, all in one statement where that can be. Runs that see the same events give the same rows,
    unless the search asks for the time."""
    pipeline = None if hunted.is_alone or hunted.has_own_range or len(some) == 1 else batched(hunted.pipeline)
    depends = hunted.has_own_range or depends_on_moment(hunted.pipeline)
    chosen = [run for at, run in enumerate(some) if depends or not at or run.seen != some[at - 1].seen]
    found: Iterator[Sequence[Mapping[str, Any]]] = (_searched(hunted, run).rows for run in chosen)
    if pipeline is not None:
        with suppress(NotPlanned):  # the marked search may read more than the search
            together, warnings = run_batch(pipeline, hunted.planned, hunted.candidates, hunted.macros, chosen)
            hunted.warnings.update(dict.fromkeys(warnings))
            found = iter(together)
    rows: Sequence[Mapping[str, Any]] = ()
    for at, run in enumerate(some):
        if depends or not at or run.seen != some[at - 1].seen:
            rows = next(found)
        yield run, rows


def _runs(hunted: Hunted, prefix: Prefix | None) -> Iterator[Run]:
    times = prefix.times() if prefix is not None else _candidate_times(hunted)
    if not times and _speaks_of_nothing(hunted):
        times = [float(hour) for hour in hunted.hours]
    schedule = hunted.pack.schedule_of(hunted.detection)
    if not times:
        return
    if hunted.whole or schedule is None or (hunted.has_own_range and not _follows(schedule)):
        yield Run(times[-1] + 1, None, None, (0, len(times)))
        return
    try:
        yield from runs(schedule, times)
    except TimeModifierError as error:
        hunted.warnings[f"its window cannot be moved ({error}), so all time was searched"] = None
        yield Run(times[-1] + 1, None, None, (0, len(times)))


def _follows(schedule: Schedule) -> bool:
    return schedule.earliest_time.strip() not in ("", "0")


def _searched(hunted: Hunted, run: Run) -> Result:
    result = search(
        hunted.detection.search,
        hunted.source,
        hunted.macros,
        run.now,
        earliest=run.earliest,
        latest=run.latest,
    )
    hunted.warnings.update(dict.fromkeys(each for each in result.warnings if not isinstance(each, LookupChanged)))
    return result


def _candidate_times(hunted: Hunted) -> list[float]:
    """The seconds in which events lie that any of the search's scans asks for."""
    seconds = {float(time) for (time,) in _of_candidates(hunted, "SELECT DISTINCT floor({at})") if time is not None}
    return sorted(seconds)


def _of_candidates(hunted: Hunted, select: str, suffix: str = "") -> Iterator[tuple[Any, ...]]:
    """What a SELECT gives of the events that each of the search's base filters matches."""
    for each in hunted.scans:
        term = None if each.request.term is None else relaxed(each.request.term)
        with open_session(hunted.candidates, hunted.macros, 0.0) as session, session.translated():
            rows = scan(ScanRequest(term), session)
            if term is not None:
                rows = rows.where("search", compile_term(term, rows, session))
            yield from session.fetch(rows, select.replace("{at}", rows.field(AT).text), suffix)


def _has_candidates(hunted: Hunted) -> bool:
    """Whether any event, with or without a time, passes a base filter."""
    for untimed in (False, True):
        hunted.candidates.untimed = untimed
        try:
            if any(_of_candidates(hunted, "SELECT 1", "LIMIT 1")):
                return True
        finally:
            hunted.candidates.untimed = False
    return False


def _speaks_of_nothing(hunted: Hunted) -> bool:
    """Whether the search gives rows where there are no events, as one that reports their absence."""
    if hunted.is_alone or not any(makes_rows(node) for node in hunted.pipeline.commands):
        return False
    try:
        result = search(hunted.detection.search, hunted.candidates, hunted.macros, 1.0, earliest=0.0, latest=0.5)
    except EngineError:
        return False
    return bool(result.rows)


def makes_rows(node: tree.Command) -> bool:
    """Whether a command may give a row of none."""
    match node:
        case tree.Stats(by=by) | tree.Tstats(by=by):
            return not by
        case _:
            return node.name not in _MAKES_NONE


def _untimed(hunted: Hunted) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The rows over the events without a time, all in one run: nothing says which of them belong together."""
    candidates = hunted.candidates
    if hunted.is_alone:
        return
    names = ", ".join(f"(SELECT count(*) FROM {table.name} WHERE __time IS NULL)" for table in candidates.tables)
    if not any(candidates.root.cursor().execute(f"SELECT {names}").fetchall()[0]):
        return
    end = max(hunted.hours, default=0) + 3600.0
    hunted.candidates.untimed, hunted.candidates.clock = True, end - 1
    try:
        yield search(hunted.detection.search, candidates, hunted.macros, end).rows
    finally:
        hunted.candidates.untimed = False


# --- findings -------------------------------------------------------------------------------------------------------


def _add(
    hunted: Hunted,
    run: Run | None,
    rows: Sequence[Mapping[str, Any]],
    prefix: Prefix | None,
    findings: list[Finding],
) -> None:
    for row in rows:
        key = repr(sorted(row.items()))
        if key in hunted.rows:
            number = hunted.rows[key]
            findings[number] = replace(findings[number], runs=findings[number].runs + 1)
        elif len(findings) < MOST_FINDINGS:
            hunted.rows[key] = len(findings)
            findings.append(_finding(hunted, run, row, prefix))


def _finding(hunted: Hunted, run: Run | None, row: Mapping[str, Any], prefix: Prefix | None) -> Finding:
    earliest, latest = (run.earliest, run.latest or run.now) if run else (None, None)
    numbers, count, span = prefix.behind(row, earliest, latest) if prefix else ([], None, None)
    events = hunted.candidates.with_lines(hunted.candidates.events(numbers))
    first, last = (span or (earliest, latest)) if run else (None, None)
    return replace(
        finding_of(hunted.entry, hunted.pack, row),
        first=first,
        last=last,
        run=run.now if run else None,
        window=(earliest, latest),
        events=tuple(events[number] for number in numbers if number in events),
        event_count=count,
        allow_lists=() if hunted.has_site else hunted.allow_lists,
        notes=_notes(hunted, run),
    )


def _notes(hunted: Hunted, run: Run | None) -> tuple[str, ...]:
    notes = [] if run else ["the events show no time; those without one were searched together"]
    return (*notes, *hunted.baselines.notes(hunted.entry.name, None if run is None else run.now))
