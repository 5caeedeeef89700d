"""Work spread over the machine's processors, for work that is all Python and whose results are plain data."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

R = TypeVar("R")
_NUMBER = 4  # bytes; a pipe hands them over whole, since they are all written before anybody reads
_MOST = 8192  # tasks whose numbers surely fit into a pipe


def processors() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run_all(tasks: Sequence[Callable[[], R]], *, workers: int | None = None) -> list[R]:
    """The results of all tasks, in their order; each is run once, by this process or by a fork of it.

    Results must be picklable, tasks need not be. Forks take task after task until none is left; one that dies leaves
    its tasks to this process, and so does a system that cannot fork. What a task raises is raised here. None of the
    forks outlives the call, however it ends.
    """
    workers = min(workers or processors(), len(tasks), _MOST)
    if workers < 2 or len(tasks) > _MOST or not _may_fork():
        return [task() for task in tasks]
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(_NUMBER, "big") for number in range(len(tasks))))
    os.close(writing)
    forks: list[tuple[int, int]] = []
    try:
        with suppress(OSError):  # no further process, no further pipe: then with those that there are
            for _ in range(workers - 1):
                forks.append(_fork(tasks, reading))
        found = _run_some(tasks, reading)
        for _, results in forks:
            found |= _collected(results)
    finally:
        os.close(reading)
        for fork, results in forks:
            os.close(results)
            _end(fork)
    return [found[number] if number in found else task() for number, task in enumerate(tasks)]


def _may_fork() -> bool:
    """A fork has only the thread that made it: locks that others hold would stay locked in it for ever."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


def _run_some(tasks: Sequence[Callable[[], R]], numbers: int) -> dict[int, R]:
    """Run tasks for as long as there are numbers in the pipe."""
    found = {}
    while number := os.read(numbers, _NUMBER):
        index = int.from_bytes(number, "big")
        found[index] = tasks[index]()
    return found


def _fork(tasks: Sequence[Callable[[], R]], numbers: int) -> tuple[int, int]:
    """A process that runs tasks: its id, and the pipe on which its results come."""
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child:
        os.close(writing)
        return child, reading
    # From here on nothing may return to the caller's code, print or clean up: all that is the parent's.
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent too, which ends this process
        os.close(reading)
        with open(writing, "wb") as file:  # noqa: PTH123 - a descriptor
            pickle.dump(_run_some(tasks, numbers), file, protocol=pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)


def _collected(results: int) -> dict[int, R]:
    """What a fork found; nothing if it died."""
    with open(results, "rb", closefd=False) as file, suppress(EOFError, pickle.UnpicklingError):
        kept: dict[int, R] = pickle.load(file)
        return kept
    return {}


def _end(fork: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(fork, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(fork, 0)
