"""What the libraries under the engine raise, as errors of the engine: a user never sees them as they are."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pcre2
import zstandard

from storypack.engine.errors import (
    EngineError,
    OutOfMemory,
    SearchError,
    UnreadableEvents,
    UnreadableFile,
    message_for_user,
)

FAILURES = (
    duckdb.Error,
    pcre2.LibraryError,
    zlib.error,
    zstandard.ZstdError,
    EOFError,
    MemoryError,
    RecursionError,
    UnicodeError,
)
"""Of DuckDB, PCRE, gzip and zstd, and what Python itself raises where a text, a search or a list is too much for it.
A gzip that is none raises an OSError, which has a message for people already."""

_NO_ROOM = re.compile(r"temp_directory|[Nn]o space left|\.tmp\b")
"""What does not fit into memory does not fit on the disk either."""

_CSV = re.compile("CSV (Error|Parser|Reader)")


def engine_error(error: BaseException, stage: str = "") -> EngineError:
    """The error of the engine that one of FAILURES is."""
    text = str(error)
    match error:
        case duckdb.OutOfMemoryException() | MemoryError():
            return OutOfMemory(stage)
        case duckdb.InterruptException():
            return EngineError("the search was interrupted", stage)
        case duckdb.IOException() if _NO_ROOM.search(text):
            return OutOfMemory(stage)
        case duckdb.IOException():
            return UnreadableEvents(text.split("\n", 1)[0], stage)
        case duckdb.Error():
            if _CSV.search(text):
                return UnreadableEvents(text.split("\n", 1)[0], stage)
            if "Max expression depth limit" in text:
                return SearchError("the expressions are nested too deeply", stage)
            return SearchError(message_for_user(text), stage)
        case RecursionError():
            return SearchError("the search is nested too deeply", stage)
        case pcre2.LibraryError():
            return SearchError(f"a regular expression cannot be matched: {text}", stage)
        case UnicodeError():
            return SearchError(f"a text of the search or the events is no Unicode: {text}", stage)
        case _:
            return UnreadableFile(f"a file of events cannot be decompressed: {text or type(error).__name__}", stage)


@contextmanager
def translated(stage: Callable[[], str] = lambda: "") -> Iterator[None]:
    """FAILURES within become errors of the engine, of the stage that `stage` names."""
    try:
        yield
    except FAILURES as error:
        raise engine_error(error, stage()) from error
