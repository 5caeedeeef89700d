"""A line on the terminal that says what a command is waiting for."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE, BEAT = 1.0, 0.2
"""Seconds before the line appears, and between its changes."""

CLEAR = "\r\x1b[K"


class Waiting:
    """The line: `say` gets what computes its text (called from another thread), `end` takes it away."""

    def __init__(self, *, shown: bool) -> None:
        self._text: Callable[[], str] = str
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True) if shown else None
        if self._thread:
            self._thread.start()

    def say(self, text: Callable[[], str]) -> None:
        self._text = text

    def end(self) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        written = False
        ended = self._ended.wait(PATIENCE)
        while not ended:
            if text := self._text():
                sys.stderr.write(f"{CLEAR}{text}")
                sys.stderr.flush()
                written = True
            ended = self._ended.wait(BEAT)
        if written:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()


@contextmanager
def waiting() -> Iterator[Waiting]:
    """A line on stderr while this lasts (or until its `end`), if a person is looking."""
    line = Waiting(shown=sys.stderr.isatty())
    try:
        yield line
    finally:
        line.end()
