"""Many tests, in several processes: results as they come, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from time import perf_counter

from storypack.pack.models import Investigation
from storypack.pack.pack import Pack
from storypack.processes import interrupts_held, process_pool
from storypack.testing.results import Failure, Outcome, PlannedTest, TestResult, TestRun
from storypack.testing.run import run_test
from storypack.testing.setting import Setting

ALONE = 6
"""So few tests are not worth a second process: starting it takes longer."""


def run_tests(
    pack: Pack,
    planned: Sequence[PlannedTest],
    jobs: int = 1,
    progress: Callable[[TestResult], object] = lambda result: None,
) -> TestRun:
    """All results, in the order of the plan. `progress` is called with each as soon as it is there. An interrupt
    (Ctrl-C) ends the processes and is passed on."""
    begin = perf_counter()
    jobs = min(jobs, len(planned))
    results = {}
    found = _alone(pack, planned) if jobs <= 1 or len(planned) <= ALONE else _together(pack, planned, jobs)
    for result in found:
        results[result.test] = result
        progress(result)
    return TestRun(tuple(results[one] for one in planned), perf_counter() - begin)


def _alone(pack: Pack, planned: Sequence[PlannedTest]) -> Iterator[TestResult]:
    setting = Setting(pack, threads=2)
    try:
        for one in planned:
            yield run_test(one, setting)
    finally:
        setting.close()


def _together(pack: Pack, planned: Sequence[PlannedTest], jobs: int) -> Iterator[TestResult]:
    # Fresh processes: DuckDB's threads do not survive a fork.
    with process_pool(jobs, "spawn", initializer=_start, initargs=(pack,)) as pool:
        waiting: dict[Future[TestResult], PlannedTest] = {}
        # The costly ones first, so that no process ends long after the other.
        with interrupts_held():
            for one in sorted(planned, key=lambda one: _weight(one, pack), reverse=True):
                waiting[pool.submit(_work, one)] = one
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield _result(future, waiting.pop(future))


def _result(future: Future[TestResult], planned: PlannedTest) -> TestResult:
    try:
        return future.result()
    except BrokenProcessPool:
        message = "the process that ran it ended: out of memory, or stopped from outside"
        story = Failure("not run", message, planned.location)
        return TestResult(planned, Outcome.NOT_RUN, failure=story, counts=True)


def _weight(planned: PlannedTest, pack: Pack) -> int:
    """A guess at the cost of a test: correlations run other searches first, long searches take longer to compile."""
    model = pack.tested_at(planned.file).model
    if isinstance(model, Investigation):
        return sum(len(step.search or "") for step in model.steps)
    return len(model.search) + 20_000 * (getattr(model, "type", "") == "Correlation")


# --- in the other process -------------------------------------------------------------------------------------------

_setting: Setting | None = None


def _start(pack: Pack) -> None:
    global _setting
    _setting = Setting(pack)


def _work(planned: PlannedTest) -> TestResult:
    assert _setting is not None
    return run_test(planned, _setting)
