"""Statements that a person may interrupt. DuckDB looks for Ctrl-C only now and then, and never while it waits for a
thread that runs a Python function; so the statement gets a thread of its own, and this one stays free to listen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")

GRACE = 10.0
"""Seconds for an interrupted statement to come to its end."""


def attended(connection: DuckDBPyConnection, run: Callable[[], T]) -> T:
    """What `run`, a call of the connection, gives or raises. KeyboardInterrupt ends the statement."""
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
    except KeyboardInterrupt:
        connection.interrupt()
        thread.join(GRACE)
        raise
    if errors:
        raise errors[0]
    return results[0]
