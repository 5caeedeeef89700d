"""Several processes, one Ctrl-C; a test that takes too long, or comes upon a mistake, costs no other."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from storypack.pack.load import load_pack
from storypack.processes import interrupts_held
from storypack.testing import pool as pool_module
from storypack.testing.plan import plan_tests
from storypack.testing.pool import ALONE, run_tests
from storypack.testing.results import Outcome, PlannedTest, TestResult
from storypack.testing.setting import Setting
from storypack.testing.together import Together

from .small_pack import SmallPack, event, search_test

PROCESS = "print('up', flush=True); input(); print('alive')"


def test_a_process_that_starts_does_not_hear_an_interrupt() -> None:
    with interrupts_held():
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate("\n", timeout=60)[0] == "alive\n"
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


QUICK = "`ex_audit` | stats count by user | `ex_s{}_filter`"
SLOW = "`ex_audit` | eval a=1, n=mvrange(0, 20000) | mvexpand n" + " | join max=0 a [search * | eval a=1]" * 9


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_test_that_takes_too_long_is_stopped_and_the_others_go_on(pack: SmallPack, jobs: int) -> None:
    """In this process, and in others."""
    rows = [event(n, user=f"u{n}", action="copy") for n in range(60)]
    pack.detection("Slow", f"{SLOW} | stats dc(n) | `ex_slow_filter`", search_test("x", rows))
    for number in range(ALONE):
        pack.detection(f"S{number}", QUICK.format(number), search_test("x", rows))
    loaded = load_pack(pack.folder).pack
    planned = plan_tests(loaded)
    run = run_tests(loaded, planned, jobs, limit=8.0)
    assert [result.test for result in run.results] == planned
    slow = [result for result in run.results if "slow" in result.test.file]
    assert [result.outcome for result in slow] == [Outcome.NOT_RUN]
    assert slow[0].counts
    assert slow[0].failure
    assert "--timeout sets the limit" in slow[0].failure.message
    assert {result.outcome for result in run.results if result not in slow} == {Outcome.PASSED}


def test_a_mistake_of_ours_is_the_result_of_one_test(pack: SmallPack, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [event(n, user=f"u{n}", action="copy") for n in range(3)]
    for number in range(3):
        pack.detection(f"S{number}", QUICK.format(number), search_test("x", rows))
    loaded = load_pack(pack.folder).pack
    real = pool_module.run_test

    def fail(planned: PlannedTest, setting: Setting, together: Together | None) -> TestResult:
        if "s1" in planned.file:
            raise KeyError("no such\nthing")
        return real(planned, setting, together)

    monkeypatch.setattr(pool_module, "run_test", fail)
    run = run_tests(loaded, plan_tests(loaded))
    assert [result.outcome for result in run.results] == [Outcome.PASSED, Outcome.NOT_RUN, Outcome.PASSED]
    assert run.results[1].failure
    assert "KeyError: 'no such\\nthing'" in run.results[1].failure.message
