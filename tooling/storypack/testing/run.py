"""One test: its events, the search over them, and its rows against what is expected."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from storypack.engine.errors import EngineError, NotSupported, UnreadableFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import Result, search
from storypack.engine.session import LookupChanged
from storypack.hunting.throttling import Throttle
from storypack.issue import Location
from storypack.pack.models import Investigation
from storypack.pack.models.search import Search, SearchTest
from storypack.pack.pack import Entry
from storypack.spl.catalogue import commands, is_known
from storypack.spl.source import SplError
from storypack.testing.attack_data import Absence
from storypack.testing.clock import NO_TIME, Moment, moments
from storypack.testing.empty_lookups import blamed_lookups
from storypack.testing.explain import difference, failure
from storypack.testing.feeding import RiskOfTests, risk_events
from storypack.testing.investigations import run_investigation_test
from storypack.testing.misspelt import misspelt
from storypack.testing.readings import undecided
from storypack.testing.results import KEPT_ROWS, Cause, Failure, Outcome, PlannedTest, TestResult
from storypack.testing.risk import RiskEvents, reads_risk
from storypack.testing.setting import Setting
from storypack.testing.stages import Staged, cut, near_name
from storypack.testing.together import Together, clock_of, open_together
from storypack.testing.trace import open_trace
from storypack.timemod import TimeModifierError
from storypack.world import shipped

Ready = Together | RiskOfTests | None
"""What the tests of one file have in common; None where each runs by itself."""


@contextmanager
def made_ready(planned: Sequence[PlannedTest], setting: Setting) -> Iterator[Ready]:
    """What tests of one file have in common, for `run_test`; None if they are to be run one by one."""
    entry = setting.pack.tested_at(planned[0].file)
    if isinstance(entry.model, Investigation) or len(planned) < 2:
        yield None
        return
    runnable = [
        each
        for each in planned
        if not _replaces_nothing(each, entry, setting) and not _missing(entry, each.number, setting)
    ]
    if len(runnable) < 2:
        yield None
        return
    if reads_risk(entry, setting):
        yield RiskOfTests(entry, {each.number: entry.model.tests[each.number] for each in runnable}, setting)
        return
    with open_together(runnable, setting) as together:
        yield together


def run_test(planned: PlannedTest, setting: Setting, ready: Ready = None) -> TestResult:
    """A test and what became of it, by itself or as one of those that were made ready together. Never raises for what
    the pack holds."""
    begin = time.perf_counter()
    entry = setting.pack.tested_at(planned.file)
    test = entry.model.tests[planned.number]
    if absent := _replaces_nothing(planned, entry, setting):
        result = replace(TestResult(planned, Outcome.FAILED, failure=absent), counts=True)
    elif isinstance(entry.model, Investigation):
        missing = _missing(entry, planned.number, setting)
        result = missing.result(planned) if missing else run_investigation_test(planned, entry, setting)
        result = replace(result, counts=result.outcome is not Outcome.PASSED)
    else:
        result = judged(_Run(planned, entry, test, setting, ready).result(), entry.model, test)
    return replace(result, seconds=time.perf_counter() - begin)


def judged(result: TestResult, search: Search, test: SearchTest) -> TestResult:
    """The result with whether it makes the run fail: an experimental test that says why is excused; a test that could
    not be run fails a search in production only."""
    if result.outcome is Outcome.PASSED:
        return result
    if test.test_type == "experimental" and test.reason:
        return replace(result, excuse=f"experimental: {test.reason}")
    if result.outcome is Outcome.NOT_RUN and search.status != "production":
        return replace(result, excuse=f"the search's status is {search.status}")
    return replace(result, counts=True)


@dataclass
class _Run:
    planned: PlannedTest
    entry: Entry[Any]
    test: SearchTest
    setting: Setting
    ready: Ready = None

    @property
    def together(self) -> Together | None:
        return self.ready if isinstance(self.ready, Together) else None

    @property
    def place(self) -> Location:
        return self.planned.location

    def result(self) -> TestResult:
        absent = _missing(self.entry, self.planned.number, self.setting)
        if absent and self.setting.attack_data is None:
            return absent.result(self.planned)
        try:
            staged = cut(self.entry, self.setting.macros_of(self.test))
        except SplError as error:
            place = self.entry.at("search", offset=error.span.start)
            if not shipped.without_definition(error):
                return self._search_error(error.message, place, error.cure)
            result = _not_run(self.planned, error.message, place, Cause.MACRO)
            assert result.failure is not None
            cure = "each site defines it: say under `macros` of the test what it stands for"
            return replace(result, failure=replace(result.failure, reasons=(cure,)))
        try:
            if absent:
                self._run_over_nothing()
                return replace(absent.result(self.planned), compiles=True)
            if self.together and self.planned.number in self.together.sources:
                return self._run(self.together.sources[self.planned.number], staged, None)
            risk = self._risk()
            with self.setting.source(self.test, [risk.table] if risk else []) as source:
                return self._run(source, staged, risk)
        except NotSupported as error:
            place = _stage_place(error, staged)
            if error.kind == "command" and not is_known(error.name):
                near = near_name(error.name, commands())
                cure = f"did you mean `{near}`?" if near else ""
                return self._search_error(f"there is no command `{error.name}`", place, cure)
            return _not_run(self.planned, error.message, place, Cause.UNSUPPORTED)
        except (UnreadableFile, TimeModifierError) as error:
            return _not_run(self.planned, str(error), self.place, Cause.UNREADABLE)
        except EngineError as error:
            return self._search_error(error.message, _stage_place(error, staged))

    def _run_over_nothing(self) -> None:
        """Whether the engine runs the search is known without its events. Raises EngineError where it does not."""
        empty = self.test.model_copy(update={"attack_data": []})
        macros = self.setting.macros_of(self.test)
        with self.setting.source(empty) as source:
            search(self.entry.model.search, source, macros, NO_TIME)

    def _run(self, source: FileSource, staged: Staged, risk: RiskEvents | None) -> TestResult:
        rows, notes, when = self._rows(source)
        notes += [
            f"{count} of the events in {path.name} {'is' if count == 1 else 'are'} broken"
            for path, count in source.broken.items()
        ]
        notes += [*source.warnings, *(risk.problems if risk else ())]
        slips, leans = misspelt(staged, source, self.test, self.setting, when, lambda: self._fields(when))
        notes += slips
        kept = TestResult(
            self.planned, Outcome.PASSED, len(rows), tuple(rows[:KEPT_ROWS]), notes=tuple(notes), leans_on=leans
        )
        wrong = difference(self.test, rows)
        if wrong is None:
            doubt = undecided(staged, rows, lambda: self._rows(source)[0])
            return replace(kept, outcome=Outcome.FAILED, failure=doubt) if doubt else kept
        with open_trace(staged, source, self.setting.macros_of(self.test), when) as trace:
            story = failure(*wrong, self.test, rows, self.entry.model, trace, self.place)
        if risk:
            story = replace(story, reasons=(*story.reasons, *_written(risk)))
        lookups = self.setting.lookups_of(self.test)
        if not rows and (empty := blamed_lookups(staged.pipeline, lookups, story.reasons)):
            reasons = [f"the lookup {name} has no rows; `lookups` of the test gives it some" for name in empty]
            story = replace(story, reasons=(*story.reasons, *reasons), cause=Cause.LOOKUP)
        return replace(kept, outcome=Outcome.FAILED, failure=story)

    def _rows(self, source: FileSource) -> tuple[list[Any], list[str], Moment]:
        """The rows of all runs that a test asks for, what is to be said of them, and the last moment."""
        rows: list[Any] = []
        notes: list[str] = []
        throttle = Throttle(getattr(self.entry.model, "throttling", None) if self.test.runs else None)
        for when in moments(self.test, self.setting.schedule_of(self.entry.model, self.test), source.times):
            found = self._searched(source, when)
            rows += throttle.passed(found.rows, when.now)
            notes += [when.note] if when.note else []
            notes += [
                warning for warning in found.warnings if not isinstance(warning, LookupChanged)
            ]  # as it should be
        return rows, notes, when

    def _searched(self, source: FileSource, when: Moment) -> Result:
        """The search at a moment. Events without a time arrive with the newest, or at the end of the window."""
        source.newest_at = when.newest
        source.clock = clock_of(source, when)
        if self.together and (result := self.together.result(self.planned.number, when)):
            return result
        macros = self.setting.macros_of(self.test)
        return search(self.entry.model.search, source, macros, when.now, earliest=when.earliest, latest=when.latest)

    def _fields(self, when: Moment) -> Sequence[str] | None:
        return self.together.fields(self.planned.number, when) if self.together else None

    def _risk(self) -> RiskEvents | None:
        if isinstance(self.ready, RiskOfTests) and self.planned.number in self.ready.tests:
            return self.ready.of(self.planned.number)
        return risk_events(self.entry, self.test, self.setting) if reads_risk(self.entry, self.setting) else None

    def _search_error(self, message: str, place: Location, cure: str = "") -> TestResult:
        story = Failure("search error", message, place, (cure,) if cure else ())
        return TestResult(self.planned, Outcome.FAILED, failure=story)


def _replaces_nothing(planned: PlannedTest, entry: Entry[Any], setting: Setting) -> Failure | None:
    """What is wrong with a test that replaces a macro or lookup that nobody has."""
    test = entry.model.tests[planned.number]
    for kind, replaced, known in (
        ("macro", test.macros, setting.replaceable),
        ("lookup", test.lookups, setting.lookups),
    ):
        for name in replaced:
            if name not in known:
                near = near_name(name, known)
                place = entry.at("tests", planned.number, f"{kind}s", name)
                cures = (f"did you mean `{near}`?",) if near else ()
                return Failure("search error", f"there is no {kind} `{name}` to replace", place, cures)
    return None


@dataclass(frozen=True, slots=True)
class _Missing:
    """Events that are elsewhere, and where the test names them."""

    absence: Absence
    place: Location

    def result(self, planned: PlannedTest) -> TestResult:
        return _not_run(planned, self.absence.message, self.place, self.absence.cause)


def _missing(entry: Entry[Any], test: int, setting: Setting) -> _Missing | None:
    """Why a test (its number) cannot be run at all: its events are elsewhere."""
    for number, item in enumerate(entry.model.tests[test].attack_data):
        if absence := setting.absence(item.data):
            return _Missing(absence, entry.at("tests", test, "attack_data", number, "data"))
    return None


def _not_run(planned: PlannedTest, message: str, place: Location, cause: Cause) -> TestResult:
    return TestResult(planned, Outcome.NOT_RUN, failure=Failure("not run", message, place, cause=cause))


def _stage_place(error: EngineError, staged: Staged) -> Location:
    """Where the stage stands that an error names; the search as a whole if it does not say."""
    named = re.match(r"stage (\d+), ([\w-]+)", error.stage)
    stages = staged.pipeline.commands
    if named and 0 < int(named[1]) <= len(stages):
        node = stages[int(named[1]) - 1]
        if node.name == named[2]:
            return staged.location(node.span)
    return staged.entry.at("search")


def _written(risk: RiskEvents) -> list[str]:
    """Which detections wrote risk events, and whom the search names in vain."""
    lines = [f"the search names {name}, and no detection of the pack is called that" for name in risk.unknown]
    if not risk.written:
        return [*lines, "no detection of the pack that writes risk events reads the test's sourcetypes"]
    listed = ", ".join(f"{count} by {stanza}" for stanza, count in risk.written.items() if count)
    silent = [stanza for stanza, count in risk.written.items() if not count]
    lines.append(f"risk events written: {listed or 'none'}")
    return lines + ([f"no risk events by {', '.join(silent)}"] if silent else [])
