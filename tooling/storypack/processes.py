"""Work spread over the machine's processors, for work that is all Python."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from storypack.ends import SIGNALS

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess
    from multiprocessing.process import BaseProcess

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


def may_fork_workers() -> bool:
    """Whether a process that works on for long may be a fork of this one: there is no thread of a library either."""
    try:
        return _may_fork() and sum(1 for _ in Path("/proc/self/task").iterdir()) == 1
    except OSError:  # nobody knows
        return False


def _run(number: int) -> Any:
    return _tasks[number]()


@contextmanager
def process_pool(workers: int, method: str, **given: Any) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the block, however it ends, and with this process. `method` = how they begin, "fork" or
    "spawn"."""
    begin = (given.pop("initializer", None), given.pop("initargs", ()))
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context(method), initializer=_begin, initargs=(os.getpid(), *begin), **given
    )
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(parent: int, initializer: Callable[..., object] | None, arguments: tuple[Any, ...]) -> None:
    become_worker(parent)
    if initializer:
        initializer(*arguments)


def become_worker(parent: int) -> None:
    """Let this process, started inside `interrupts_held`, end with the one that started it, even if that is killed."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()
    if os.getppid() != parent:
        os._exit(1)


_PR_SET_PDEATHSIG = 1
_BEAT = 0.5


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_BEAT)
    os._exit(1)


def start_forked(target: Callable[..., object], *given: Any) -> BaseProcess:
    """A fork of this process that calls `target` and never hears the signals of the terminal; see `may_fork_workers`.
    What this process has read and imported is there already."""
    process = get_context("fork").Process(target=target, args=given, daemon=True)
    with interrupts_held():
        process.start()
    return process


def start_spawned(process: SpawnProcess) -> None:
    """Start a process that never hears the signals of the terminal."""
    from multiprocessing import resource_tracker

    # Python's own helper starts with the first spawned process, and takes the signals out of the mask again.
    resource_tracker.ensure_running()
    with interrupts_held():
        process.start()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Signals to end, which a terminal sends to all processes, wait until the end of the block; those that start inside
    never hear them: the first one does, and ends the others. A handler of their own would come too late for one that
    still imports its modules. Windows has no such masks."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
