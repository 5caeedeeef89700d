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

from storypack.engine import attended, registries
from storypack.engine.failures import FAILURES, engine_error
from storypack.engine.knowledge.apps import BUILTIN_ONLY, AddOns
from storypack.pack.models import Investigation
from storypack.pack.pack import Pack
from storypack.processes import become_worker, may_fork_workers, start_forked, start_spawned
from storypack.testing.attack_data import AttackData
from storypack.testing.kept import Kept
from storypack.testing.results import Failure, Outcome, PlannedTest, TestResult, TestRun
from storypack.testing.run import Ready, made_ready, run_test
from storypack.testing.setting import Setting

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

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
    attack_data: AttackData | None = None,
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
    make = partial(_ready_setting, pack, add_ons, attack_data)
    if not is_alone and may_fork_workers():
        setting = Setting(pack, add_ons=add_ons, attack_data=attack_data)
        setting.prepare()
        registries.fill()
        make = partial(_opened, setting)
    for result in _alone(make, todo, limit) if is_alone else _together(make, pack, todo, jobs, limit):
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


def _result(planned: PlannedTest, setting: Setting, ready: Ready) -> TestResult:
    """A test's result, also where it comes upon a mistake of ours: the others are still to be run."""
    try:
        return run_test(planned, setting, ready)
    except FAILURES as error:  # of a library, somewhere else than in the search
        return _not_run(planned, engine_error(error).message)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this test's result
        text = " ".join(str(error).split())[:300]
        return _not_run(planned, f"internal error, a bug of storypack: {type(error).__name__}: {text}")


Group = tuple[PlannedTest, ...]
"""Tests of one file, which are run together."""


def _groups(planned: Sequence[PlannedTest]) -> list[Group]:
    groups: dict[str, list[PlannedTest]] = {}
    for test in planned:
        groups.setdefault(test.file, []).append(test)
    return [tuple(group) for group in groups.values()]


def _results(group: Group, setting: Setting) -> Iterator[TestResult]:
    """The results of tests of one file."""
    with made_ready(group, setting) as ready:
        for test in group:
            yield _result(test, setting, ready)


# --- in this process ------------------------------------------------------------------------------------------------


class _OutOfTime(BaseException):
    """The time of a test is up."""


@dataclass
class _Alarm:
    rang: bool = False
    """Also where a library made another exception of _OutOfTime."""


def _alone(make: MakeSetting, planned: Sequence[PlannedTest], limit: float) -> Iterator[TestResult]:
    if not planned:
        return
    setting = make(2)
    waiting = _groups(planned)[::-1]
    try:
        while waiting:
            group = waiting.pop()
            results: list[TestResult] = []
            with _alarm(limit) as alarm:
                results += _results(group, setting)
            if alarm.rang:
                setting = make(2)  # a statement of the other may still go on
                if len(group) > 1:  # which of them took so long is not known
                    waiting += [(test,) for test in reversed(group)]
                    continue
                results = [_stopped(group[0], limit)]
            yield from results
    finally:
        setting.close()


MakeSetting = Callable[[int], Setting]
"""Makes the setting of tests that run in so many threads."""


def _ready_setting(pack: Pack, add_ons: AddOns, attack_data: AttackData | None, threads: int) -> Setting:
    """What takes its time and belongs to no test is done."""
    return _opened(Setting(pack, threads, add_ons, attack_data), threads)


def _opened(setting: Setting, threads: int) -> Setting:
    """A setting that its process has for itself, with its connection."""
    setting.threads = threads
    setting.open()
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
    """A process that runs a group of tests at a time, and those of the group that it has not run yet."""

    process: BaseProcess
    pipe: connection.Connection
    is_ready: bool = False
    tests: Group = ()
    until: float = float("inf")

    def get_ready(self) -> None:
        """Hear that it is ready. Raises OSError if it ended before."""
        try:
            self.is_ready = self.pipe.recv()
        except (EOFError, OSError) as error:
            raise OSError("a process for tests ended before it began: out of memory?") from error

    def begin(self, group: Group, limit: float) -> None:
        self.tests = group
        self._wait(limit)
        self.pipe.send(group)

    def _wait(self, limit: float) -> None:
        self.until = monotonic() + limit if limit and self.tests else float("inf")

    def result(self, limit: float) -> TestResult | None:
        """What became of the next test. None: the process is gone."""
        try:
            result: TestResult = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.tests = self.tests[1:]
        self._wait(limit)
        return result

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()


def _together(
    make: MakeSetting, pack: Pack, planned: Sequence[PlannedTest], jobs: int, limit: float
) -> Iterator[TestResult]:
    # The costly ones first, so that no process ends long after the other.
    waiting = sorted(_groups(planned), key=lambda group: sum(_weight(test, pack) for test in group))
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.tests for worker in workers):
            while waiting and len(workers) < jobs:
                workers.append(_start(make))
            for worker in workers:
                if worker.is_ready and not worker.tests and waiting:
                    worker.begin(waiting.pop(), limit)
            yield from _next_results(workers, waiting, limit)
    finally:
        for worker in workers:
            worker.end()


def _next_results(workers: list[_Worker], waiting: list[Group], limit: float) -> Iterator[TestResult]:
    """The results that come next. Workers that are of no more use leave the list; where such a one was at several
    tests, it is not known which of them is to blame, and they are to be run one by one."""
    busy = [worker for worker in workers if worker.tests or not worker.is_ready]
    patience = min(worker.until for worker in busy) - monotonic()
    ready = connection.wait([worker.pipe for worker in busy], None if patience == float("inf") else max(0.0, patience))
    for worker in busy:
        is_late = worker.until <= monotonic()
        if worker.pipe in ready and not worker.tests:
            worker.get_ready()
            continue
        if worker.pipe in ready and (result := worker.result(limit)):
            yield result
            continue
        if worker.pipe not in ready and not is_late:
            continue
        workers.remove(worker)
        worker.end()
        if len(worker.tests) > 1:
            waiting += [(test,) for test in worker.tests]
        elif is_late and worker.pipe not in ready:
            yield _stopped(worker.tests[0], limit)
        else:
            yield _not_run(worker.tests[0], "the process that ran it ended: out of memory, or stopped from outside")


def _start(make: MakeSetting) -> _Worker:
    ours, theirs = connection.Pipe()
    process: BaseProcess
    if may_fork_workers():
        process = start_forked(_work, theirs, make, os.getpid())
    else:  # a fresh one: DuckDB's threads do not survive a fork
        process = get_context("spawn").Process(target=_work, args=(theirs, make, os.getpid()), daemon=True)
        start_spawned(process)
    theirs.close()
    return _Worker(process, ours)


def _work(pipe: connection.Connection, make: MakeSetting, parent: int) -> None:
    """A worker's life."""
    become_worker(parent)
    setting = make(1)
    gc.freeze()  # the pack stays: nothing is won by looking through it for garbage after each test
    pipe.send(True)
    while True:
        try:
            group = pipe.recv()
        except EOFError:
            return
        for result in _results(group, setting):
            pipe.send(result)


def _weight(planned: PlannedTest, pack: Pack) -> int:
    """A guess at the cost of a test: correlations run other searches first, long searches take longer to compile."""
    model = pack.tested_at(planned.file).model
    if isinstance(model, Investigation):
        return sum(len(step.search or "") for step in model.steps)
    return len(model.search) + 20_000 * (getattr(model, "type", "") == "Correlation")
