"""Work spread over the machine's processors, for work that is all Python."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

R = TypeVar("R")

_tasks: Sequence[Callable[[], Any]] = ()  # what forks inherit


def processors() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def run_all(tasks: Sequence[Callable[[], R]], *, workers: int | None = None) -> list[R]:
    """The results of all tasks, in their order, from forks of this process.

    Results must be picklable, tasks need not be. Where no fork can be made, or one dies, this process does the work
    itself. What a task raises is raised here.
    """
    global _tasks
    workers = min(workers or processors(), len(tasks))
    if workers > 1 and _may_fork():
        _tasks = tasks
        try:
            with process_pool(workers, "fork") as pool:
                with interrupts_held():
                    results = pool.map(_run, range(len(tasks)))
                return list(results)
        except (OSError, BrokenProcessPool):
            pass  # no further process, or no memory for it: then alone
        finally:
            _tasks = ()
    return [task() for task in tasks]


def _may_fork() -> bool:
    """A fork has only the thread that made it: locks that others hold would stay locked in it for ever."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


def _run(number: int) -> Any:
    return _tasks[number]()


@contextmanager
def process_pool(workers: int, method: str, **given: Any) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, however it ends. `method` = how they begin, "fork" or "spawn"."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context(method), **given)
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C, which a terminal sends to all processes, waits until the end of the block; those that start inside never
    hear it: the first one does, and ends the others. A handler of their own would come too late for one that still
    imports its modules."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
