"""The risk for all tests of a correlation: each detection that feeds it runs over the events of them all in one
statement, as far as it can (`engine/together.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from storypack.engine.errors import Apart, EngineError, UnreadableFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search
from storypack.engine.together import Run, learn_times, search_together
from storypack.pack.models.detection import Detection
from storypack.pack.models.search import SearchTest
from storypack.pack.pack import Entry
from storypack.testing.clock import Moment, moment
from storypack.testing.risk import RiskEvents, RiskWriter, feeders
from storypack.testing.setting import Setting
from storypack.testing.together import clock_of
from storypack.timemod import TimeModifierError

Rows = Sequence[Mapping[str, Any]]


def risk_events(correlation: Entry[Any], test: SearchTest, setting: Setting) -> RiskEvents:
    """What the pack's detections that a correlation may look at write for the events of one test. Raises
    UnreadableFile, and TimeModifierError for a schedule that means nothing."""
    writer = RiskWriter(correlation, setting)
    with setting.source(test) as source:
        for entry in feeders(correlation, test, setting):
            _write_alone(writer, entry, test, source, setting)
    return writer.events


@dataclass(eq=False)
class RiskOfTests:
    """The risk events for the tests of a correlation, by the tests' numbers."""

    correlation: Entry[Any]
    tests: Mapping[int, SearchTest]
    setting: Setting

    def of(self, number: int) -> RiskEvents:
        """The risk events for a test. For all tests they are written when the first one asks. Raises what
        `risk_events` does."""
        known = self._known.get(number)
        return known or risk_events(self.correlation, self.tests[number], self.setting)

    @cached_property
    def _known(self) -> dict[int, RiskEvents]:
        """Those of all tests; none where something is to be said of one of them, which it says when it runs alone."""
        try:
            with self.setting.sources(list(self.tests.values())) as opened:
                learn_times(opened)
                return self._written(dict(zip(self.tests, opened, strict=True)))
        except (Apart, EngineError, UnreadableFile, TimeModifierError):
            return {}

    def _written(self, sources: Mapping[int, FileSource]) -> dict[int, RiskEvents]:
        writers = {number: RiskWriter(self.correlation, self.setting) for number in self.tests}
        by_feeder: dict[str, tuple[Entry[Detection], list[int]]] = {}
        for number, test in self.tests.items():
            for entry in feeders(self.correlation, test, self.setting):
                by_feeder.setdefault(entry.path, (entry, []))[1].append(number)
        for entry, numbers in by_feeder.values():
            results = dict(self._searched(entry, {number: sources[number] for number in numbers}))
            for number in numbers:
                if number in results:
                    result, when = results[number]
                    writers[number].write(entry, result.rows, when.now)
                else:
                    _write_alone(writers[number], entry, self.tests[number], sources[number], self.setting)
        return {number: writer.events for number, writer in writers.items()}

    def _searched(
        self, entry: Entry[Detection], sources: Mapping[int, FileSource]
    ) -> Iterator[tuple[int, tuple[Result, Moment]]]:
        """What a detection finds for each test, as far as one statement can say it."""
        whens = {
            number: moment(test, self.setting.schedule_of(entry.model, test), sources[number].times)
            for number, test in self.tests.items()
            if number in sources
        }
        macros = {number: self.setting.macros_of(self.tests[number]) for number in sources}
        alike = [number for number in sources if macros[number] is self.setting.macros]
        runs = [_run(sources[number], whens[number]) for number in alike]
        for number, result in zip(alike, search_together(entry.model.search, runs, self.setting.macros), strict=True):
            if result is not None:
                yield number, (result, whens[number])


def _run(source: FileSource, when: Moment) -> Run:
    """A run over all events, whenever they are."""
    return Run(source, when.now, None, None, when.newest, clock_of(source, Moment(when.now, when.newest)))


def _write_alone(
    writer: RiskWriter, entry: Entry[Detection], test: SearchTest, source: FileSource, setting: Setting
) -> None:
    """Have a detection write for all of a test's events."""
    try:
        when = moment(test, setting.schedule_of(entry.model, test), source.times)
        source.newest_at = when.newest
        source.clock = clock_of(source, Moment(when.now, when.newest))
        result = search(entry.model.search, source, setting.macros_of(test), when.now)
    except EngineError as error:
        writer.fail(entry, error)
    else:
        writer.write(entry, result.rows, when.now)
