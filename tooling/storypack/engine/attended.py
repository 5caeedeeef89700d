"""Statements that may be interrupted. DuckDB looks for Ctrl-C only now and then, and never while it waits for a thread
that runs a Python function; so the statement gets a thread of its own, and this one stays free to listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")

GRACE = 0.3
"""Seconds for an interrupted statement to come to its end."""

_everywhere = False


@contextmanager
def everywhere() -> Iterator[None]:
    """All statements of the block are attended, whoever runs them."""
    global _everywhere
    before, _everywhere = _everywhere, True
    try:
        yield
    finally:
        _everywhere = before


def is_everywhere() -> bool:
    return _everywhere


def attended(connection: DuckDBPyConnection, run: Callable[[], T], abandon: Callable[[], object]) -> T:
    """What `run`, a call of the connection, gives or raises. KeyboardInterrupt (or another exception that a signal
    raises here) ends the statement; where it does not end soon, `abandon` is called: the connection is not to be
    closed."""
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(run())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that asked
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        connection.interrupt()
        thread.join(GRACE)
        if thread.is_alive():
            abandon()
        raise
    if errors:
        raise errors[0]
    return results[0]
