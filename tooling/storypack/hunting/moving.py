"""The runs of a detection, as its schedule would have run, and the rows of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from storypack.engine.candidate_scan import AT, NotPlanned
from storypack.engine.compile.pipeline import scan
from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import EngineError
from storypack.engine.filters import relaxed
from storypack.engine.run import Result, open_session, search
from storypack.engine.session import LookupChanged
from storypack.engine.source import LookupTable, ScanRequest
from storypack.hunting.batch import batched, run_batch
from storypack.hunting.hunted import Hunted
from storypack.hunting.prefix import BY_EVENT, Prefix, depends_on_moment
from storypack.hunting.runs import Run, runs
from storypack.hunting.throttling import Throttle
from storypack.pack.models.schedule import Schedule
from storypack.spl import tree
from storypack.timemod import TimeModifierError

_MAKES_NONE = BY_EVENT | {"table", "sort", "dedup", "bin", "addinfo", "head"}
"""Commands that give no row where they get none."""

MOST_EVENTS = 2_000_000
"""Events that the runs of one statement see, about: an event is counted in each of them."""


def moved(hunted: Hunted, prefix: Prefix | None) -> Iterator[tuple[Run, Sequence[Any], Sequence[Any]]]:
    """Each run with its rows, and those that throttling leaves."""
    throttle = Throttle(None if hunted.whole else hunted.detection.throttling)
    times = prefix.times() if prefix is not None else _candidate_times(hunted)
    if not times and _speaks_of_nothing(hunted):
        times = [float(hour) for hour in hunted.hours]
    count = hunted.candidates.count if prefix is None else prefix.count
    most = MOST_EVENTS * len(times) / max(count, 1)
    for some, learnt in _alike(hunted, _runs(hunted, times), most):
        hunted.candidates.lookups = {**hunted.lookups, **learnt}
        for run, rows in _rows(hunted, some, prefix):
            yield run, rows, throttle.passed(rows, run.now)


def _alike(hunted: Hunted, given: Iterator[Run], most: float) -> Iterator[tuple[list[Run], dict[str, LookupTable]]]:
    """Successive runs that see the same lookups, and together about so many seconds with events."""
    some: list[Run] = []
    size = 0
    before: tuple[dict[str, LookupTable], object] = ({}, None)
    for run in given:
        state = hunted.baselines.at(hunted.entry.name, run.now)
        if some and (state[1] != before[1] or size > most):
            yield some, before[0]
            some, size = [], 0
        before = state
        some.append(run)
        size += run.seen[1] - run.seen[0]
    if some:
        yield some, before[0]


def _rows(
    hunted: Hunted, some: Sequence[Run], prefix: Prefix | None
) -> Iterator[tuple[Run, Sequence[Mapping[str, Any]]]]:
    """The rows of runs, all in one statement where that can be. Runs that see the same events give the same rows,
    unless the search asks for the time."""
    pipeline = None if hunted.is_alone or hunted.has_own_range or len(some) == 1 else batched(hunted.pipeline)
    if pipeline is not None and prefix is not None:
        pipeline = batched(prefix.rest(hunted.pipeline))
    depends = hunted.has_own_range or depends_on_moment(hunted.pipeline)
    chosen = [run for at, run in enumerate(some) if depends or not at or run.seen != some[at - 1].seen]
    found: Iterator[Sequence[Mapping[str, Any]]] = (_searched(hunted, run).rows for run in chosen)
    if pipeline is not None:
        with suppress(NotPlanned):  # the marked search may read more than the search
            kept = "" if prefix is None else prefix.table
            together, warnings = run_batch(pipeline, hunted.planned, hunted.candidates, hunted.macros, chosen, kept)
            hunted.warnings.update(dict.fromkeys((*warnings, *(prefix.warnings if prefix else ()))))
            found = iter(together)
    rows: Sequence[Mapping[str, Any]] = ()
    for at, run in enumerate(some):
        if depends or not at or run.seen != some[at - 1].seen:
            rows = next(found)
        yield run, rows


def _runs(hunted: Hunted, times: Sequence[float]) -> Iterator[Run]:
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


def untimed(hunted: Hunted) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The rows over the events without a time, all in one run: nothing says which of them belong together."""
    candidates = hunted.candidates
    if hunted.is_alone:
        return
    if not candidates.has_untimed and not (candidates.lack_times and any(map(makes_rows, hunted.pipeline.commands))):
        return
    end = max(hunted.hours, default=0) + 3600.0
    hunted.candidates.untimed, hunted.candidates.clock = True, end - 1
    try:
        yield search(hunted.detection.search, candidates, hunted.macros, end).rows
    finally:
        hunted.candidates.untimed = False
