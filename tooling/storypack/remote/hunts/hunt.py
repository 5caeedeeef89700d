"""A hunt over the past of an instance: each detection as jobs of its schedule's windows, the rest computed here.

what the instance has → when each search sees events → what baselines had learnt → the runs → correlations → the events
behind findings
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from storypack.engine.errors import EngineError
from storypack.engine.filters import may_match
from storypack.engine.knowledge.apps import Knowledge
from storypack.hunting.detection import MOST_FINDINGS
from storypack.hunting.findings import Finding, Hunt, Outcome, State, finding_of
from storypack.hunting.hunt import Progress, Quarry, correlate, not_run, risk_rows, take
from storypack.hunting.hunted import allow_lists
from storypack.hunting.moving import makes_rows
from storypack.hunting.prefix import depends_on_moment
from storypack.hunting.runs import Run
from storypack.hunting.throttling import Throttle
from storypack.pack.models.detection import Detection
from storypack.pack.pack import Entry
from storypack.remote.hunts.baselines import BaselinesThere
from storypack.remote.hunts.evidence import add_events
from storypack.remote.hunts.instance import Place, coverage_there, lookups_there, macros_there
from storypack.remote.hunts.prepared import Lookups, Prepared, prepare, question_of, runs_of, times_from
from storypack.remote.hunts.queue import Answer
from storypack.remote.hunts.rest import commands_of, run_rest
from storypack.remote.jobs import Question, Row, SearchFailed
from storypack.remote.narrow import CannotNarrow
from storypack.spl import parse, tree
from storypack.spl.source import SplError
from storypack.timemod import TimeModifierError


def hunt_there(quarry: Quarry, place: Place, result: Hunt) -> None:
    """Fill `result` from what the instance holds in the range; findings are there as soon as they are made. Raises
    DeployError where going on makes no sense; what was found stays in `result`."""
    begin = time.monotonic()
    result.whole, result.has_site = quarry.whole, quarry.has_site
    hunt = _HuntThere(quarry, place, result)
    try:
        hunt.run([entry for entry in quarry.detections if not quarry.correlates(entry)])
        correlations = [entry for entry in quarry.detections if quarry.correlates(entry)]
        if correlations:
            correlate(quarry, correlations, Knowledge(), result)
        quarry.progress(Progress("fetching the events behind findings"))
        add_events(result, place, hunt.texts)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        result.risk = risk_rows(quarry.pack, result.findings)
        result.seconds = time.monotonic() - begin


@dataclass
class _Search:
    """A detection with what became of it so far. `error` ends its runs."""

    entry: Entry[Detection]
    prepared: Prepared
    throttle: Throttle
    times: list[float] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    suppressed: int = 0
    seconds: float = 0.0
    error: str = ""


@dataclass
class _HuntThere:
    quarry: Quarry
    place: Place
    result: Hunt
    texts: dict[str, Prepared] = field(default_factory=dict)

    def run(self, entries: Sequence[Entry[Detection]]) -> None:
        quarry, place = self.quarry, self.place
        quarry.progress(Progress("asking what the instance has"))
        quarry.macros = macros_there(place, quarry.macros)
        place.lookups = lookups_there(place, quarry.lookups)
        self._cover()
        baselines = BaselinesThere(quarry.pack, quarry.macros, quarry.whole, place=place)
        baselines.choose_there(entries)
        lookups = Lookups(place, quarry.lookups, baselines.lookups)
        searches = list(self._prepared(entries, lookups))
        self._probe(searches)
        seeing = [each for each in searches if each.times or self._closed(each)]
        baselines.learn_all(lookups)
        for name, fault in baselines.faults.items():
            self.result.notes.append(f"{name} could not be learnt, so what it feeds was empty: {fault}")
        self._run_all(seeing, baselines)

    def _cover(self) -> None:
        try:
            self.result.coverage += coverage_there(self.place)
        except SearchFailed as error:
            self.result.notes.append(f"what the instance holds could not be counted: {error}")

    # --- before the runs

    def _prepared(self, entries: Sequence[Entry[Detection]], lookups: Lookups) -> Iterator[_Search]:
        for entry in entries:
            schedule = self.quarry.pack.schedule_of(entry.model)
            throttling = None if self.quarry.whole else entry.model.throttling
            try:
                prepared = prepare(entry.model.search, self.quarry.macros, schedule, lookups)
            except (CannotNarrow, SplError, SearchFailed, TimeModifierError) as error:
                self.result.outcomes.append(not_run(entry, f"not run on the instance: {error}"))
                continue
            self.texts[entry.name] = prepared
            yield _Search(entry, prepared, Throttle(throttling))

    def _probe(self, searches: Sequence[_Search]) -> None:
        """Find out when each search sees events."""
        hours = [float(hour) for each in self.result.coverage for hour in each.hours]
        asked = []
        for search in searches:
            if (text := search.prepared.probe) is None:
                search.times = sorted(set(hours))
            elif self._may_have_data(search):
                asked.append((search, self.place.question(text, None, None)))
        for number, (search, answer) in enumerate(self.place.queue.answers(asked)):
            self.quarry.progress(Progress(f"looking for events of {search.entry.name}", number, len(asked)))
            search.error = answer.error
            if answer.count > len(answer.rows):
                search.error = f"its events lie at {answer.count:,} different times, more than can be read"
            search.times = times_from(answer.rows)
            if not search.times and not search.error and self._speaks_of_nothing(search):
                search.times = sorted(set(hours))

    def _may_have_data(self, search: _Search) -> bool:
        first = parse(search.prepared.cut.there).commands[0]
        if self.place.kinds is None or not isinstance(first, tree.Search):
            return True
        return any(
            may_match(first.term, {"index": index, "sourcetype": sourcetype}) for index, sourcetype in self.place.kinds
        )

    def _speaks_of_nothing(self, search: _Search) -> bool:
        """Whether the search gives rows where there are no events, as one that reports their absence."""
        prepared = search.prepared
        pipeline = parse(prepared.cut.there)
        rest = commands_of(prepared.cut.here).commands if prepared.cut.here else ()
        if not any(makes_rows(node) for node in (*pipeline.commands, *rest)):
            return False
        run = Run(1.0, 0.0, 0.5, (0, 0))
        answer = self.place.queue.one(replace(question_of(prepared, self.place, run), earliest="0", latest="0.5"))
        try:
            return not answer.error and bool(self._rows(search, answer.rows, {}, run))
        except EngineError:
            return False

    def _closed(self, search: _Search) -> bool:
        """Note what became of a search that sees no events."""
        entry = search.entry
        state: State = "nothing"
        if search.error:
            self.result.outcomes.append(not_run(entry, search.error))
            return False
        if not self._may_have_data(search) or not self.place.has_dataset(search.prepared.cut.there):
            state = "no data"
        self.result.outcomes.append(Outcome(entry.name, entry.path, state, needs=tuple(entry.model.data_sources)))
        return False

    # --- the runs

    def _run_all(self, searches: Sequence[_Search], baselines: BaselinesThere) -> None:
        current: _Search | None = None
        try:
            for (search, some), answer in self.place.queue.answers(self._asked(searches)):
                if current is not None and current is not search:
                    self._finish(current)
                current = search
                begin = time.monotonic()
                if not search.error:
                    self._take(search, some, answer, baselines)
                search.seconds += time.monotonic() - begin
        finally:
            if current is not None:
                self._finish(current)

    def _asked(self, searches: Sequence[_Search]) -> Iterator[tuple[tuple[_Search, list[Run]], Question]]:
        for number, search in enumerate(searches):
            self.quarry.progress(Progress(search.entry.name, number, len(searches)))
            for some in self._alike(search):
                if search.error:
                    break
                yield (search, some), question_of(search.prepared, self.place, some[0])

    def _alike(self, search: _Search) -> Iterator[list[Run]]:
        """The runs, those together that see the same events and give the same rows."""
        prepared = search.prepared
        depends = prepared.has_own_range or depends_on_moment(parse(prepared.cut.there))
        some: list[Run] = []
        try:
            for run in runs_of(prepared, search.times, self.place, whole=self.quarry.whole):
                if some and (depends or run.seen != some[0].seen):
                    yield some
                    some = []
                some.append(run)
        except TimeModifierError as error:
            search.error = f"its window cannot be moved: {error}"
        if some:
            yield some

    def _take(self, search: _Search, some: Sequence[Run], answer: Answer, baselines: BaselinesThere) -> None:
        """The findings of runs that gave the same answer."""
        name = search.entry.name
        if answer.error:
            search.error = answer.error
            return
        if answer.count > len(answer.rows):
            which = f"a run gives {answer.count:,} rows, of which {len(answer.rows):,} can be read"
            if search.prepared.cut.here:
                search.error = f"{which}, and what follows needs all; give the instance the lookups (storypack deploy)"
                return
            search.prepared.warnings[which] = None
        search.prepared.warnings.update(dict.fromkeys(f"the instance: {each}" for each in answer.messages))
        for run in some:
            search.runs += 1
            try:
                rows = self._rows(search, answer.rows, baselines.at(name, run.now)[0], run)
            except EngineError as error:
                search.error = str(error)
                return
            kept = search.throttle.passed(rows, run.now)
            search.suppressed += len(rows) - len(kept)
            for row in kept:
                self._add(search, run, row, baselines)

    def _rows(self, search: _Search, rows: Sequence[Row], learnt: Mapping[str, Any], run: Run) -> Sequence[Any]:
        prepared = search.prepared
        if not prepared.cut.here:
            return [_shown(row) for row in rows]
        if not rows and not any(map(makes_rows, commands_of(prepared.cut.here).commands)):
            return []
        result, _ = run_rest(prepared.cut.here, [_shown(row) for row in rows], {**prepared.tables, **learnt}, run)
        prepared.warnings.update(dict.fromkeys(map(str, result.warnings)))
        return result.rows

    def _add(self, search: _Search, run: Run, row: Mapping[str, Any], baselines: BaselinesThere) -> None:
        key = repr(sorted(row.items()))
        if key in search.places:
            before = search.findings[search.places[key]]
            search.findings[search.places[key]] = replace(before, runs=before.runs + 1)
            return
        if len(search.findings) >= MOST_FINDINGS:
            search.prepared.warnings[f"only the first {MOST_FINDINGS:,} findings are kept"] = None
            return
        search.places[key] = len(search.findings)
        earliest, latest = run.earliest, run.latest or run.now
        lists = allow_lists(
            parse(search.prepared.text), frozenset(search.prepared.tables).difference(baselines.lookups)
        )
        search.findings.append(
            replace(
                finding_of(search.entry, self.quarry.pack, row),
                first=earliest,
                last=latest,
                run=run.now,
                window=(earliest, latest),
                allow_lists=lists,
                notes=tuple(baselines.notes(search.entry.name, run.now)),
            )
        )

    def _finish(self, search: _Search) -> None:
        take(search.findings, self.result)
        entry, count = search.entry, len(search.findings)
        outcome = Outcome(
            entry.name,
            entry.path,
            "not run" if search.error else "findings" if count else "nothing",
            count,
            search.runs,
            search.seconds,
            tuple(entry.model.data_sources),
            search.error,
            tuple(search.prepared.warnings),
            search.suppressed,
        )
        self.result.outcomes.append(outcome)


def _shown(row: Row) -> Row:
    """A row without the fields that an instance keeps for itself."""
    return {name: value for name, value in row.items() if not name.startswith("_") or name in ("_time", "_raw")}
