"""What the pack's baselines had learnt at a moment, from the data before it: their runs, moved over the range of time.

A detection that compares with a normal sees the lookup as the last run of its baseline before it had left it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from storypack.engine.candidates import Candidates
from storypack.engine.compile.pipeline import compile_pipeline
from storypack.engine.errors import EngineError
from storypack.engine.filters import filters_of
from storypack.engine.plan import ScanPlan, scans
from storypack.engine.run import fetch_result, open_session
from storypack.engine.source import LookupTable, Source
from storypack.engine.text import parse_search
from storypack.hunting.prefix import run_prefix
from storypack.hunting.runs import Run, runs
from storypack.pack.models.baseline import Baseline
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry, Pack
from storypack.spl.macros import MacroDefinition, expand

_DAY = 86_400.0
_TABLE = "hunt_baseline_events"


@dataclass(frozen=True, slots=True)
class Learnt:
    """A lookup after a run at `now`; `days` of data lay in its window, which is `wanted` days long."""

    now: float
    table: LookupTable
    days: float
    wanted: float


@dataclass
class Baselines:
    """The baselines whose lookups the chosen detections read. `whole` = nothing lies before the range, so none runs."""

    pack: Pack
    macros: Mapping[str, MacroDefinition]
    whole: bool = False
    plans: dict[str, tuple[ScanPlan, ...]] = field(default_factory=dict)
    candidates: Candidates | None = None
    entries: dict[str, Entry[Baseline]] = field(default_factory=dict)
    read_by: dict[str, list[str]] = field(default_factory=dict)
    learnt: dict[str, list[Learnt]] = field(default_factory=dict)

    @property
    def lookups(self) -> frozenset[str]:
        """The lookups that change with time."""
        return frozenset(self.entries)

    def choose(self, detections: Iterable[Entry[Detection]], source: Source, now: float) -> None:
        """Plan the baselines whose lookups these detections read."""
        for name, entry in self.feeding(detections).items():
            try:
                self.plans[name] = scans(entry.model.search, source, self.macros, now)
            except EngineError:
                continue
            self.entries[name] = entry

    def feeding(self, detections: Iterable[Entry[Detection]]) -> dict[str, Entry[Baseline]]:
        """The baselines of the lookups that these detections read, by lookup."""
        feeds = {entry.model.lookup: entry for entry in self.pack.baselines if entry.model.lookup}
        for detection in detections:
            text = expand(detection.model.search, self.macros, problems=[]).text
            self.read_by[detection.name] = [name for name in feeds if name in text]
        return {name: feeds[name] for names in self.read_by.values() for name in names}

    def at(self, detection: str, now: float) -> tuple[dict[str, LookupTable], tuple[float, ...]]:
        """The lookups that a run of a detection sees, and what tells one state of them from another."""
        states = [state for name in self._names(detection) if (state := self._state(name, now))]
        return {state.table.name: state.table for state in states}, tuple(id(state.table) for state in states)

    def notes(self, detection: str, now: float | None) -> list[str]:
        """What a reader should know of what had been learnt before a run (None = a run outside of time)."""
        notes = []
        for name in self._names(detection):
            title = self.entries[name].name
            state = None if now is None else self._state(name, now)
            if state is None:
                notes.append(f"{title} had learnt nothing before: to this search everything is new")
            elif state.days < 0.9 * state.wanted:
                notes.append(f"{title} had learnt from {state.days:.1f} of the {state.wanted:.0f} days that it wants")
        return notes

    def _names(self, detection: str) -> list[str]:
        return [name for name in self.read_by.get(detection, ()) if name in self.entries]

    def _state(self, name: str, now: float) -> Learnt | None:
        if self.whole:
            return None
        if name not in self.learnt:
            self.learnt[name] = self.learn(name)
        states = self.learnt[name]
        at = bisect_right(states, now, key=lambda state: state.now)
        return states[at - 1] if at else None

    def learn(self, name: str) -> list[Learnt]:
        """The lookup after each run of its baseline, in the order of time."""
        entry, candidates = self.entries[name], self.candidates
        schedule = self.pack.schedule_of(entry.model)
        if candidates is None or schedule is None:
            return []
        inner = candidates.of(filters_of(plan.request for plan in self.plans[name]))
        prefix = run_prefix(entry.model.search, inner, self.macros, frozenset(), _TABLE)
        times = prefix.times() if prefix else []
        found: list[Learnt] = []
        before: tuple[int, int] | None = None
        for run in runs(schedule, times):
            if found and run.seen == before:
                continue
            before = run.seen
            table = _written(name, entry.model.search, inner, self.macros, run)
            if table is not None:
                inner.lookups = {**inner.lookups, name: table}
                found.append(Learnt(run.now, table, *days(run, times)))
        return found


def days(run: Run, times: Sequence[float]) -> tuple[float, float]:
    """Days of data in a run's window, and days that it is long."""
    first, last = times[run.seen[0]], times[run.seen[1] - 1]
    end = run.now if run.latest is None else run.latest
    begin = first if run.earliest is None else run.earliest
    return (last - first) / _DAY, (end - begin) / _DAY


def _written(
    name: str, spl: str, candidates: Candidates, macros: Mapping[str, MacroDefinition], run: Run
) -> LookupTable | None:
    """The lookup as a run of its baseline leaves it; None if it writes none, or cannot be run."""
    try:
        with (
            open_session(candidates, macros, run.now) as session,
            session.between(run.earliest, run.latest),
            session.translated(),
        ):
            fetch_result(compile_pipeline(parse_search(spl, session), session), session)
            return session.written.get(name)
    except EngineError:
        return None
