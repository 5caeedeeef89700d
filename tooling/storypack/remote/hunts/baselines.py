"""What the pack's baselines would have learnt on an instance before a moment: their searches run there over the windows
of their schedules, and their lookups are kept here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from storypack.engine.errors import EngineError
from storypack.engine.source import LookupTable
from storypack.hunting.baselines import Baselines, Learnt, days
from storypack.hunting.runs import Run, runs
from storypack.pack.models.baseline import Baseline
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry
from storypack.remote.hunts.instance import Place
from storypack.remote.hunts.prepared import Lookups, Prepared, asked_times, prepare, question_of
from storypack.remote.hunts.rest import run_rest
from storypack.remote.jobs import Question, SearchFailed
from storypack.remote.narrow import CannotNarrow
from storypack.spl.source import SplError
from storypack.timemod import TimeModifierError, resolve


@dataclass
class BaselinesThere(Baselines):
    """Baselines over an instance. `faults` says of a baseline why nothing could be learnt."""

    place: Place = field(kw_only=True)
    faults: dict[str, str] = field(default_factory=dict)

    def choose_there(self, detections: Iterable[Entry[Detection]]) -> None:
        """Take those whose lookups these detections read."""
        if not self.whole:
            self.entries.update(self.feeding(detections))

    def learn_all(self, lookups: Lookups) -> None:
        """Learn them, before the detections run. Raises DeployError."""
        for name, entry in list(self.entries.items()):
            try:
                self.learnt[name] = self._learn_there(name, entry, lookups)
            except (CannotNarrow, SplError, SearchFailed, EngineError, TimeModifierError) as error:
                self.faults[entry.name] = str(error)
                self.learnt[name] = []

    def _learn_there(self, name: str, entry: Entry[Baseline], lookups: Lookups) -> list[Learnt]:
        schedule = self.pack.schedule_of(entry.model)
        prepared = prepare(entry.model.search, self.macros, schedule, lookups, name)
        if schedule is None:
            return []
        begin = self.place.earliest
        if not prepared.is_all_time:
            begin = resolve(schedule.earliest_time, begin)
        times = asked_times(prepared, self.place, begin)
        if times is None:
            raise CannotNarrow("when it sees events cannot be told")
        chosen = [run for run in _changed(runs(schedule, times)) if run.now <= self.place.latest]
        states: list[Learnt] = []
        tables = dict(prepared.tables)
        for run, answer in self.place.queue.answers(self._asked(prepared, chosen, begin)):
            if answer.error or answer.count > len(answer.rows):
                raise SearchFailed(answer.error or f"a run has {answer.count:,} rows, more than can be read")
            table = _written(name, prepared, answer.rows, tables, run)
            if table is not None:
                tables[name] = table
                states.append(Learnt(run.now, table, *days(run, times)))
        return states

    def _asked(self, prepared: Prepared, chosen: Iterable[Run], begin: float) -> Iterator[tuple[Run, Question]]:
        for run in chosen:
            first = begin if run.earliest is None else run.earliest
            yield run, question_of(prepared, self.place, Run(run.now, first, run.latest, run.seen))


def _changed(given: Iterable[Run]) -> Iterator[Run]:
    """The runs that see other events than the one before."""
    before = None
    for run in given:
        if run.seen != before:
            yield run
        before = run.seen


def _written(
    name: str, prepared: Prepared, rows: list[dict[str, object]], tables: dict[str, LookupTable], run: Run
) -> LookupTable | None:
    return run_rest(prepared.cut.here, rows, tables, run)[1].get(name)
