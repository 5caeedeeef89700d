"""The tests of one search made ready together: their events are read at once, and the search runs over all of them in
one statement, as far as it can (`engine/together.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from storypack.engine.errors import Apart, EngineError, UnreadableFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.readings import taken_readings
from storypack.engine.run import Result
from storypack.engine.together import Run, fields_together, learn_times, search_together
from storypack.pack.models.search import SearchTest
from storypack.testing.clock import Moment, moments
from storypack.testing.results import PlannedTest
from storypack.testing.setting import Setting
from storypack.timemod import TimeModifierError

_Place = tuple[int, Moment]
"""A test by its number, and a moment at which it runs."""


@dataclass(eq=False)
class Together:
    """The sources of a search's tests, by the tests' numbers, and what the search gives for them."""

    search: str
    tests: Mapping[int, SearchTest]
    sources: Mapping[int, FileSource]
    moments: Mapping[int, tuple[Moment, ...]]
    setting: Setting
    _fields: dict[_Place, Sequence[str] | None] | None = None
    _results: dict[frozenset[tuple[str, str]], dict[_Place, Result]] = field(default_factory=dict)

    def result(self, number: int, when: Moment) -> Result | None:
        """What the search gives for a test at a moment; None if it is to be run by itself. Under each reading the
        search runs for all tests when the first one asks."""
        readings = taken_readings()
        if readings not in self._results:
            self._results[readings] = dict(self._searched())
        return self._results[readings].get((number, when))

    def fields(self, number: int, when: Moment) -> Sequence[str] | None:
        """The fields of a test's events in its time range at a moment; None if they are to be asked by themselves."""
        if self._fields is None:
            places = [(number, when) for number, whens in self.moments.items() for when in whens]
            self._fields = {}
            with suppress(EngineError):  # each says so when it is asked by itself
                self._fields = dict(zip(places, fields_together([self._run(*place) for place in places]), strict=True))
        return self._fields.get((number, when))

    def _searched(self) -> Iterator[tuple[_Place, Result]]:
        macros = {number: self.setting.macros_of(test) for number, test in self.tests.items()}
        by_macros: dict[int, list[_Place]] = {}
        for number, whens in self.moments.items():
            by_macros.setdefault(id(macros[number]), []).extend((number, when) for when in whens)
        for places in by_macros.values():
            runs = [self._run(*place) for place in places]
            results = search_together(self.search, runs, macros[places[0][0]])
            yield from ((place, result) for place, result in zip(places, results, strict=True) if result is not None)

    def _run(self, number: int, when: Moment) -> Run:
        source = self.sources[number]
        return Run(source, when.now, when.earliest, when.latest, when.newest, clock_of(source, when))


@contextmanager
def open_together(planned: Sequence[PlannedTest], setting: Setting) -> Iterator[Together | None]:
    """The tests of one search, whose events can be read, made ready; None if each is to be run by itself."""
    entry = setting.pack.tested_at(planned[0].file)
    tests = {each.number: entry.model.tests[each.number] for each in planned}
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(setting.sources(list(tests.values())))
        except (Apart, EngineError, UnreadableFile):
            yield None
            return
        with suppress(EngineError):  # each says so when it runs
            learn_times(opened)
        sources = dict(zip(tests, opened, strict=True))
        whens: dict[int, tuple[Moment, ...]] = {}
        for number, test in tests.items():
            with suppress(EngineError, TimeModifierError):
                whens[number] = moments(test, setting.schedule_of(entry.model, test), sources[number].times)
        yield Together(entry.model.search, tests, sources, whens, setting)


def clock_of(source: FileSource, when: Moment) -> float:
    """When events without a time arrive: with the newest, or at the end of the window."""
    end = when.now if when.latest is None else min(when.latest, when.now)
    return when.newest or (source.times or (0.0, end - 1))[1]
