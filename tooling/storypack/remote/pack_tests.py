"""A pack's tests on a real instance: their events are sent there, their searches run there, and the rows compared with
what the test expects and with the embedded engine's."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from storypack.engine.errors import EngineError, UnreadableFile
from storypack.engine.events.origin import EventFile
from storypack.engine.knowledge.files import FileSource
from storypack.engine.run import search
from storypack.pack.models.search import SearchTest
from storypack.pack.pack import Entry, Pack
from storypack.remote.compare import compare
from storypack.remote.harmless import check_reads_only
from storypack.remote.jobs import Question, open_job
from storypack.remote.narrow import CannotNarrow, Part, is_ordered, narrow, reads_lookups, writes_lookups
from storypack.remote.sending import Sent, Site, send_part, wait_for_part
from storypack.remote.tables import Copies, copies
from storypack.spl.macros import expand
from storypack.spl.source import SplError
from storypack.splunkd.errors import DeployError
from storypack.testing.clock import Moment, moment
from storypack.testing.explain import difference
from storypack.testing.results import KEPT_ROWS, Failure, Outcome, PlannedTest, Problem, Row, TestResult, TestRun
from storypack.testing.risk import reads_risk
from storypack.testing.run import judged
from storypack.testing.setting import Setting
from storypack.timemod import TimeModifierError


def run_remote_tests(
    pack: Pack, planned: Sequence[PlannedTest], site: Site, progress: Callable[[TestResult], object]
) -> tuple[TestRun, list[str]]:
    """All tests, and the names of lookups that could not be removed. The events of all tests are sent first, so that
    they become searchable together; they stay: see cleanup.py. Raises DeployError where going on makes no sense."""
    begin = time.perf_counter()
    setting = Setting(pack, threads=2)
    results = []
    left: list[str] = []
    try:
        with copies(site, left) as made:
            runs = []
            for number, one in enumerate(planned, 1):
                entry = next(each for each in pack.searches if each.path == one.file)
                runs.append(_Run(one, entry, entry.model.tests[one.number], setting, site, made, f"{number}"))
                runs[-1].send()
            for run in runs:
                results.append(run.result())
                progress(results[-1])
    finally:
        setting.close()
    return TestRun(tuple(results), time.perf_counter() - begin), left


@dataclass(frozen=True, slots=True)
class _Ready:
    """A test whose events are sent: its search without macros, and when it runs."""

    text: str
    when: Moment
    sent: Sent


@dataclass
class _Run:
    planned: PlannedTest
    entry: Entry[Any]
    test: SearchTest
    setting: Setting
    site: Site
    copies: Copies
    name: str
    state: _Ready | TestResult | None = None

    def send(self) -> None:
        """Send the test's events, or find out why it cannot be run."""
        try:
            self.state = self._sent()
        except CannotNarrow as error:
            refused = self._failed("not run", f"not run on the instance: {error}")
            self.state = replace(refused, excuse="only the embedded engine can run it")
        except SplError as error:
            self.state = self._failed("search error", error.message)
        except (UnreadableFile, TimeModifierError) as error:
            self.state = self._failed("not run", str(error))

    def result(self) -> TestResult:
        """What became of the test; only what would meet every other test as well is raised."""
        begin = time.perf_counter()
        if isinstance(self.state, _Ready):
            wait_for_part(self.site, self.state.sent)
            result = self._compared(self.state)
        else:
            assert self.state is not None, "send() comes first"
            result = self.state
        seconds = time.perf_counter() - begin
        return replace(result if result.excuse else judged(result, self.entry.model, self.test), seconds=seconds)

    def _sent(self) -> _Ready | TestResult:
        for item in self.test.attack_data:
            if why := self.setting.why_closed(item.data):
                return self._failed("not run", why)
        if self.test.runs:
            raise CannotNarrow("it is a test of several runs, which an instance would have to wait for")
        if reads_risk(self.entry, self.setting):
            raise CannotNarrow("it reads the risk index, which Enterprise Security alone fills")
        text = expand(self.entry.model.search, self.setting.macros_of(self.test)).text
        check_reads_only(text, self.site.allowed | {"outputlookup"})  # which writes into a copy
        self._without_marks(text)  # refused before anything is sent
        with self._source([]) as source:
            when = self._moment(source)
            return _Ready(text, when, send_part(self.site, source, self.name))

    # --- the two sides

    def _compared(self, ready: _Ready) -> TestResult:
        text, when = ready.text, ready.when
        try:
            rows, notes = self._there(ready)
        except DeployError as error:
            return self._failed("search error", f"the instance: {error}")
        if when.note:
            notes.append(when.note)
        kept = TestResult(self.planned, Outcome.PASSED, len(rows), tuple(rows[:KEPT_ROWS]), notes=tuple(notes))
        wrong = difference(self.test, rows)
        try:
            here = self._here(ready)
        except EngineError as error:
            if wrong is None:
                return replace(kept, notes=(*kept.notes, f"not compared: the embedded engine says: {error}"))
            return self._failed(*wrong, kept=kept)
        both = compare(rows, here, ordered=is_ordered(text))
        if wrong is not None:
            return self._failed(*wrong, reasons=both.lines(), kept=kept)
        if not both.same:
            message = "as expected, but the instance and the embedded engine disagree"
            return self._failed("wrong rows", message, reasons=both.lines(), kept=kept)
        return kept

    def _there(self, ready: _Ready) -> tuple[list[Row], list[str]]:
        """The instance's rows, and its warnings."""
        text, when, sent = ready.text, ready.when, ready.sent
        tables = self.setting.lookups_of(self.test)
        used = {name: tables[name] for name in reads_lookups(text) if name in tables and tables[name].fields}
        names = self.copies.names(used, written=writes_lookups(text))
        question = Question(
            narrow(text, sent.part, names),
            self.site.app,
            _bound(when.earliest) or "0",
            _bound(when.latest) or sent.latest,
            _bound(when.now),
            self.site.search_wait,
        )
        with open_job(self.site.connection, question) as job:
            return list(job.rows()), list(job.messages)

    def _here(self, ready: _Ready) -> list[Row]:
        """The embedded engine's rows, of events that came with the same index and host."""
        when = ready.when
        text = self._without_marks(ready.text)
        with self._source(ready.sent.part.hosts) as source:
            self._place(source, when)
            result = search(text, source, {}, when.now, earliest=when.earliest, latest=when.latest)
        return list(result.rows)

    def _without_marks(self, text: str) -> str:
        """The search as the embedded engine runs it: over the index's events, with the pack's own lookups."""
        return narrow(text, Part(self.site.index), {name: name for name in self.setting.lookups_of(self.test)})

    def _source(self, hosts: Sequence[str]) -> FileSource:
        """The test's events. `hosts` = those that the part has on the instance: its mark stands for a missing one."""
        given = {file.host for file in self.setting.files(self.test) if file.host}
        mark = next((host for host in hosts if host not in given), "")
        files: list[EventFile] = [
            replace(file, index=self.site.index, host=file.host or mark) for file in self.setting.files(self.test)
        ]
        return FileSource(
            files,
            self.setting.knowledge,
            clock=0.0,
            lookups=self.setting.lookups_of(self.test),
            saved_searches=self.setting.saved_searches,
        )

    def _moment(self, source: FileSource) -> Moment:
        when = moment(self.test, self.setting.schedule_of(self.entry.model, self.test), source.times)
        self._place(source, when)
        return when

    def _place(self, source: FileSource, when: Moment) -> None:
        source.newest_at = when.newest
        source.clock = when.newest or (source.times or (0.0, when.now - 1))[1]

    def _failed(
        self, problem: Problem, message: str, *, reasons: Sequence[str] = (), kept: TestResult | None = None
    ) -> TestResult:
        story = Failure(problem, message, self.planned.location, tuple(reasons))
        outcome = Outcome.NOT_RUN if problem == "not run" else Outcome.FAILED
        return replace(kept or TestResult(self.planned, outcome), outcome=outcome, failure=story)


def _bound(moment: float | None) -> str:
    """Epoch seconds as the instance takes them."""
    return "" if moment is None else f"{moment:.3f}".rstrip("0").rstrip(".")
