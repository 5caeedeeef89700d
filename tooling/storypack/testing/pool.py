"""Many tests, in several processes: results as they come, in any order, each within its time."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection, get_context
from time import monotonic, perf_counter
from types import FrameType
from typing import TYPE_CHECKING

from storypack.engine import attended
from storypack.engine.failures import FAILURES, engine_error
from storypack.engine.knowledge.apps import BUILTIN_ONLY, AddOns
from storypack.pack.models import Investigation
from storypack.pack.pack import Pack
from storypack.processes import become_worker, start_spawned
from storypack.testing.kept import Kept
from storypack.testing.results import Failure, Outcome, PlannedTest, TestResult, TestRun
from storypack.testing.run import run_test
from storypack.testing.setting import Setting

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

ALONE = 6
"""So few tests are not worth a second process: starting it takes longer."""

TIME_LIMIT = 300.0
"""Seconds that a test may take, on a machine that is busy."""


def run_tests(
    pack: Pack,
    planned: Sequence[PlannedTest],
    jobs: int = 1,
    progress: Callable[[TestResult], object] = lambda result: None,
    *,
    limit: float = TIME_LIMIT,
    add_ons: AddOns = BUILTIN_ONLY,
    kept: Kept | None = None,
) -> TestRun:
    """All results, in the order of the plan. `progress` is called with each as soon as it is there. A test that takes
    more than `limit` seconds (0 = as long as it likes) is stopped, and this is its result. An interrupt (Ctrl-C) ends
    the processes and is passed on. What is `kept` of an earlier run is not run again; it is of the built-in knowledge
    alone, so it does not go with `add_ons`."""
    begin = perf_counter()
    results = {}
    for known in filter(None, map(kept.result, planned) if kept else ()):
        results[known.test] = known
        progress(known)
    unchanged = len(results)
    todo = [test for test in planned if test not in results]
    jobs = min(jobs, len(todo))
    is_alone = jobs <= 1 or len(todo) <= ALONE
    ready = partial(_ready_setting, pack, add_ons)
    for result in _alone(ready, todo, limit) if is_alone else _together(ready, pack, todo, jobs, limit):
        results[result.test] = result
        progress(result)
    if kept and todo:
        kept.keep(results[test] for test in todo)
    return TestRun(tuple(results[test] for test in planned), perf_counter() - begin, unchanged)


def _stopped(planned: PlannedTest, limit: float) -> TestResult:
    return _not_run(planned, f"it took more than {limit:g} seconds and was stopped; --timeout sets the limit", limit)


def _not_run(planned: PlannedTest, message: str, seconds: float = 0.0) -> TestResult:
    story = Failure("not run", message, planned.location)
    return TestResult(planned, Outcome.NOT_RUN, seconds=seconds, failure=story, counts=True)


def _result(planned: PlannedTest, setting: Setting) -> TestResult:
    """A test's result, also where it comes upon a mistake of ours: the others are still to be run."""
    try:
        return run_test(planned, setting)
    except FAILURES as error:  # of a library, somewhere else than in the search
        return _not_run(planned, engine_error(error).message)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this test's result
        text = " ".join(str(error).split())[:300]
        return _not_run(planned, f"internal error, a bug of storypack: {type(error).__name__}: {text}")


# --- in this process ------------------------------------------------------------------------------------------------


class _OutOfTime(BaseException):
    """The time of a test is up."""


@dataclass
class _Alarm:
    rang: bool = False
    """Also where a library made another exception of _OutOfTime."""


def _alone(ready: Ready, planned: Sequence[PlannedTest], limit: float) -> Iterator[TestResult]:
    if not planned:
        return
    setting = ready(2)
    try:
        for one in planned:
            with _alarm(limit) as alarm:
                result = _result(one, setting)
            if alarm.rang:
                result = _stopped(one, limit)
                setting = ready(2)  # a statement of the other may still go on
            yield result
    finally:
        setting.close()


Ready = Callable[[int], Setting]
"""Makes the setting of tests that run in so many threads."""


def _ready_setting(pack: Pack, add_ons: AddOns, threads: int) -> Setting:
    """What takes its time and belongs to no test is done."""
    setting = Setting(pack, threads, add_ons)
    setting.prepare()
    return setting


@contextmanager
def _alarm(limit: float) -> Iterator[_Alarm]:
    """Ends the block after so many seconds, where a thread can hear alarms: the main one."""
    alarm = _Alarm()
    if not limit or threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield alarm
        return

    def ring(number: int, frame: FrameType | None) -> None:
        alarm.rang = True
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        with attended.everywhere(), suppress(_OutOfTime):
            yield alarm
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- in other processes ---------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Worker:
    """A process that runs a test at a time, and the test that it is at."""

    process: SpawnProcess
    pipe: connection.Connection
    is_ready: bool = False
    test: PlannedTest | None = None
    until: float = float("inf")

    def get_ready(self) -> None:
        """Hear that it is ready. Raises OSError if it ended before."""
        try:
            self.is_ready = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise OSError("a process for tests ended before it began: out of memory?") from error

    def begin(self, test: PlannedTest, limit: float) -> None:
        self.test, self.until = test, monotonic() + limit if limit else float("inf")
        self.pipe.send(test)

    def result(self) -> TestResult:
        """What became of the test. The process is gone if it says nothing."""
        assert self.test is not None
        try:
            result: TestResult = self.pipe.recv()
        except (EOFError, OSError):
            return _not_run(self.test, "the process that ran it ended: out of memory, or stopped from outside")
        self.test, self.until = None, float("inf")
        return result

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


def _together(
    ready: Ready, pack: Pack, planned: Sequence[PlannedTest], jobs: int, limit: float
) -> Iterator[TestResult]:
    # The costly ones first, so that no process ends long after the other.
    waiting = sorted(planned, key=lambda one: _weight(one, pack))
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.test for worker in workers):
            while waiting and len(workers) < jobs:
                workers.append(_start(ready))
            for worker in workers:
                if worker.is_ready and worker.test is None and waiting:
                    worker.begin(waiting.pop(), limit)
            yield from _next_results(workers, limit)
    finally:
        for worker in workers:
            worker.end()


def _next_results(workers: list[_Worker], limit: float) -> Iterator[TestResult]:
    """The results that come next. Workers that are of no more use leave the list."""
    busy = [worker for worker in workers if worker.test or not worker.is_ready]
    patience = min(worker.until for worker in busy) - monotonic()
    ready = connection.wait([worker.pipe for worker in busy], None if patience == float("inf") else max(0.0, patience))
    for worker in busy:
        test = worker.test
        if test is None and worker.pipe in ready:
            worker.get_ready()
        elif worker.pipe in ready:
            yield worker.result()
        elif test is not None and worker.until <= monotonic():
            yield _stopped(test, limit)
        if worker.test is not None and (worker.pipe in ready or worker.until <= monotonic()):
            workers.remove(worker)
            worker.end()


def _start(ready: Ready) -> _Worker:
    # A fresh process: DuckDB's threads do not survive a fork.
    ours, theirs = connection.Pipe()
    process = get_context("spawn").Process(target=_work, args=(theirs, ready, os.getpid()), daemon=True)
    start_spawned(process)
    theirs.close()
    return _Worker(process, ours)


def _work(pipe: connection.Connection, ready: Ready, parent: int) -> None:
    """A worker's life."""
    become_worker(parent)
    setting = ready(1)
    gc.freeze()  # the pack stays: nothing is won by looking through it for garbage after each test
    pipe.send(True)
    while True:
        try:
            planned = pipe.recv()
        except EOFError:
            return
        pipe.send(_result(planned, setting))


def _weight(planned: PlannedTest, pack: Pack) -> int:
    """A guess at the cost of a test: correlations run other searches first, long searches take longer to compile."""
    model = pack.tested_at(planned.file).model
    if isinstance(model, Investigation):
        return sum(len(step.search or "") for step in model.steps)
    return len(model.search) + 20_000 * (getattr(model, "type", "") == "Correlation")
