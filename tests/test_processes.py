"""Work on all processors: results in order, whatever happens to the processes that help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from storypack.ends import SIGNALS
from storypack.processes import run_all

PARENT = os.getpid()


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()


def work(number: int) -> tuple[int, int]:
    time.sleep(0.002)
    return number * number, os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_results_come_in_order(workers: int, count: int) -> None:
    tasks = [partial(work, number) for number in range(count)]
    assert [square for square, _ in run_all(tasks, workers=workers)] == [number * number for number in range(count)]


def test_others_help() -> None:
    """In a process of its own: libraries that other tests used leave threads, beside which nothing is forked."""
    script = (
        "from functools import partial\n"
        "from storypack.processes import run_all\n"
        "from tests.test_processes import PARENT, work\n"
        "seen = {process for _, process in run_all([partial(work, number) for number in range(100)], workers=3)}\n"
        "print(len(seen - {PARENT}))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) > 1


def test_results_may_be_larger_than_a_pipe() -> None:
    tasks: list[Callable[[], str]] = [lambda number=number: str(number) * 300_000 for number in range(9)]  # type: ignore[misc]
    assert [len(text) for text in run_all(tasks, workers=3)] == [300_000] * 9


def die(number: int) -> int:
    if os.getpid() != PARENT:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def fail_there(number: int) -> int:
    if os.getpid() != PARENT:
        raise OSError("no more memory")
    return number


@pytest.mark.parametrize("task", [die, fail_there])
def test_what_forks_leave_undone_is_done_here(task: Callable[[int], object]) -> None:
    assert run_all([partial(task, number) for number in range(30)], workers=4) == [*range(30)]


def test_a_mistake_in_a_task_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        run_all([lambda: 1, lambda: 1 // 0, lambda: 2], workers=2)


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted by /proc")
@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_no_process_stays(error: type[BaseException]) -> None:
    before = children()

    def fail() -> None:
        raise error

    start = time.monotonic()
    with pytest.raises(error):
        run_all([fail, *[lambda: time.sleep(60)] * 4], workers=3)
    assert children() == before
    assert time.monotonic() - start < 30


def test_with_other_threads_nothing_is_forked() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert {process for _, process in run_all([partial(work, number) for number in range(9)], workers=3)} == {
            PARENT
        }
    finally:
        stop.set()
        thread.join()


def test_a_system_that_cannot_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise OSError("too many processes")

    monkeypatch.setattr(os, "fork", refuse)
    assert run_all([partial(work, number) for number in range(9)], workers=3)[8] == (64, PARENT)


INTERRUPTED = """
import os, signal, time
from storypack.processes import run_all
def task():
    os.write(1, b".")
    time.sleep(30)
signal.signal(signal.SIGINT, signal.default_int_handler)
run_all([task] * 4, workers=3)
"""


def test_ctrl_c_ends_all_with_one_message() -> None:
    """The keys of a terminal reach every process of its foreground: only one of them may speak."""
    run = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stdout
    for _ in range(3):
        assert run.stdout.read(1) == b"."
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=90)
    assert said.decode().count("KeyboardInterrupt") == 1


def blocked_signals(pipe: Connection) -> None:
    pipe.send(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


SPAWNED = """
from multiprocessing import Pipe, get_context
from storypack.processes import start_spawned
from tests.test_processes import blocked_signals
if __name__ == "__main__":
    ours, theirs = Pipe()
    for _ in range(2):
        start_spawned(get_context("spawn").Process(target=blocked_signals, args=(theirs,), daemon=True))
        print(*(int(signal) for signal in sorted(ours.recv())))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_spawned_process_hears_the_signals_of_the_terminal() -> None:
    """Also the first one, with which Python starts a helper of its own that changes the mask."""
    run = subprocess.run([sys.executable, "-c", SPAWNED], capture_output=True, text=True, check=True)
    ends = " ".join(str(int(number)) for number in sorted(SIGNALS))
    assert run.stdout.splitlines() == [ends, ends]


FORKED = """
import signal
from multiprocessing import Pipe
from storypack.processes import may_fork_workers, start_forked
from tests.test_processes import blocked_signals
if __name__ == "__main__":
    ours, theirs = Pipe()
    print(may_fork_workers())
    process = start_forked(blocked_signals, theirs)
    print(*(int(signal) for signal in sorted(ours.recv())))
    process.join()
    print(len(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
    import duckdb
    connection = duckdb.connect(config={"threads": 2})  # threads that Python does not know of
    print(may_fork_workers())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted by /proc")
def test_forks_that_stay_hear_no_signals_and_come_of_no_process_with_threads() -> None:
    run = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    ends = " ".join(str(int(number)) for number in sorted(SIGNALS))
    assert run.stdout.splitlines() == ["True", ends, "0", "False"]
