"""How the program ends when it is told to: by Ctrl-C, by `kill`, by a terminal that is closed.

All three raise KeyboardInterrupt in the main thread, so that what is open is closed on the way out. Where the main
thread waits for a library (DuckDB, a pattern, a child process), it would hear of it only when that is done: once
`watch` has been called, a thread of its own ends the process GRACE seconds after the signal, and removes what must not
stay.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
GRACE = 0.7

_WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung up"}


class _State:
    """What has come so far. `heeding` = signals are ours; `pipe` = where the watching thread listens."""

    def __init__(self) -> None:
        self.heeding = False
        self.received: list[int] = []
        self.pipe: tuple[int, int] | None = None
        self.unhurried = 0


_state = _State()


@contextmanager
def heeded() -> Iterator[None]:
    """Signals to end raise KeyboardInterrupt in the block. Those that whoever started the program had ignored (`nohup`)
    stay so."""
    if threading.current_thread() is not threading.main_thread() or _state.heeding:
        yield
        return
    usual = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number in SIGNALS if usual[number] in (signal.SIG_DFL, signal.default_int_handler)]
    _state.heeding, _state.received = True, []
    for number in ours:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        _unwatch()
        for number in ours:
            signal.signal(number, usual[number])
        _state.heeding = False


def exit_code() -> int:
    """128 and the number of the signal to end that has come; 0 without one."""
    return 128 + _state.received[0] if _state.received else 0


def word() -> str:
    """What has happened, for the user."""
    return _WORDS[signal.Signals(_state.received[0]).name] if _state.received else _WORDS["SIGINT"]


@contextmanager
def unhurried() -> Iterator[None]:
    """A block that may take its time to end, since it leaves something behind elsewhere (on an instance): only a second
    signal ends the process at once."""
    _state.unhurried += 1
    try:
        yield
    finally:
        _state.unhurried -= 1


def watch() -> None:
    """From here on the process ends soon after a signal, whatever it is at."""
    if not _state.heeding or _state.pipe or threading.current_thread() is not threading.main_thread():
        return
    _state.pipe = reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader,), daemon=True).start()


def leave(code: int) -> NoReturn:
    """End the process now. A thread of DuckDB that is in a Python function when Python takes itself down would end in a
    crash; so nothing is taken down."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.kill()
            child.join(GRACE)
    if "storypack.atomic" in sys.modules:
        from storypack import atomic

        atomic.remove_unfinished()
    if "storypack.scratch" in sys.modules:  # else there is nothing to remove
        from storypack import scratch

        scratch.remove_all()
        scratch.sweep()  # of children
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:
    _state.received.append(number)
    raise KeyboardInterrupt


def _watch(reader: int) -> None:
    """Wait for signals, which Python's own handler writes down even while the main thread is in a library."""
    count = 0
    with os.fdopen(reader, "rb", buffering=0) as pipe:
        while numbers := pipe.read(1):
            if numbers[0] not in SIGNALS:
                continue
            count += 1
            if _state.unhurried and count < 2:
                continue
            time.sleep(GRACE)
            with suppress(OSError):
                os.write(2, f"storypack: {_WORDS[signal.Signals(numbers[0]).name]}\n".encode())
            leave(128 + numbers[0])


def _unwatch() -> None:
    if _state.pipe:
        signal.set_wakeup_fd(-1)
        os.close(_state.pipe[1])  # the thread, if it waits, ends
        _state.pipe = None


def _in_fork() -> None:
    """A fork has neither the thread nor the say."""
    if _state.pipe:
        signal.set_wakeup_fd(-1)
        for handle in _state.pipe:
            os.close(handle)
        _state.pipe = None
    _state.heeding = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_fork)
