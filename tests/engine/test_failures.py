"""What the libraries raise, raised at every call of theirs in turn: a user is told of it in one line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pcre2
import pytest
import zstandard

from storypack.engine.errors import EngineError, OutOfMemory
from storypack.engine.events.origin import EventFile
from storypack.engine.failures import FAILURES, engine_error
from storypack.engine.knowledge.files import FileSource
from storypack.engine.root import open_root
from storypack.engine.run import search
from storypack.engine.stream import open_stream
from storypack.engine.udf.regex import PatternError

NOW = 1_795_176_000.0
SEARCH = "search a=* | rex field=b \"(?<c>\\d+)(?=x)\" | chart count over a by c | eval d=max('1', a) | table *"
DUCKDB = sorted(
    (error for error in vars(duckdb).values() if isinstance(error, type) and issubclass(error, duckdb.Error)),
    key=lambda error: error.__name__,
)


class Failing:
    """A connection, and the results and cursors that it gives, of which one call fails."""

    def __init__(self, inner: Any, calls: list[int], error: Exception) -> None:
        self._inner, self._calls, self._error = inner, calls, error

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._inner, name)
        if name not in ("execute", "fetchall", "fetchmany", "cursor", "create_function"):
            return member

        def call(*args: Any, **keys: Any) -> Any:
            self._calls[0] -= 1
            if self._calls[0] == 0:
                raise self._error
            result = member(*args, **keys)
            return Failing(result, self._calls, self._error) if name in ("execute", "cursor") else result

        return call


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.log.gz"
    path.write_bytes(gzip.compress(b"a=1 b=10x\na=2 b=11x\n" * 10))
    return path


def _run(events: Path, error: Exception, calls: int) -> int:
    """How many calls were left before the one that fails, where none did; else raises what the engine makes of it."""
    left = [calls]
    root: Any = Failing(open_root([events]), left, error)
    with FileSource([EventFile(events, "x", "", "")], clock=NOW, root=root) as source:
        with open_stream(SEARCH, source, now=NOW) as stream:
            list(stream.rows())
        search(SEARCH, source, now=NOW)
        assert source.count and source.times is None
    return left[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", DUCKDB, ids=lambda kind: kind.__name__)
def test_a_call_of_duckdb_that_fails_is_an_error_of_the_engine(events: Path, kind: type[Exception]) -> None:
    calls = 10_000 - _run(events, kind("x"), 10_000)
    assert calls > 20
    step = 1 if kind is duckdb.OutOfMemoryException else 7
    for number in range(1, calls + 1, step):
        _ends_well(events, kind("what DuckDB says of it"), number)


def test_memory_that_runs_out_is_called_that(events: Path) -> None:
    calls = 10_000 - _run(events, duckdb.OutOfMemoryException("x"), 10_000)
    with pytest.raises(OutOfMemory, match="needs more memory than it may use"):
        _run(events, duckdb.OutOfMemoryException("x"), calls - 5)


@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "y")])
def test_what_python_raises_in_a_call_is_an_error_of_the_engine(events: Path, error: Exception) -> None:
    for number in range(1, 40, 3):
        _ends_well(events, error, number)


def _ends_well(events: Path, error: Exception, number: int) -> None:
    try:
        _run(events, error, number)  # a call whose failure there is a way round
    except EngineError as found:
        assert found.message and "\n" not in found.message


class _Pattern:
    """A compiled pattern whose matching fails."""

    groups, groupindex = 1, {"c": 1}

    def search(self, text: str) -> None:
        raise pcre2.LibraryError(-47)

    def finditer(self, text: str) -> Iterator[None]:
        raise pcre2.LibraryError(-47)


def test_a_pattern_that_cannot_be_matched_matches_nothing(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from storypack.engine import pcre
    from storypack.engine.udf import regex

    monkeypatch.setattr(pcre, "compile_pattern", lambda pattern: _Pattern())
    monkeypatch.setattr(regex, "_lenient", lambda pattern: _Pattern())
    monkeypatch.setattr(regex, "compile_pattern", lambda pattern: _Pattern())
    spl = (
        'rex field=b "(?<c>\\d+)(?=x)" | rex field=b mode=sed "s/(?=x)y/z/" | regex b!="(?=x)y" '
        '| eval d=replace(b, "(?=1)1", "2"), e=if(match(b, "(?=1)1"), 1, 0) | makemv tokenizer="(?=1)(.)" a | head 1 '
    )
    with FileSource([EventFile(events, "x", "", "")], clock=NOW) as source:
        result = search(f"{spl} | table b c d e", source, now=NOW)
    assert result.rows in ([{"b": "10x", "d": "10x", "e": 0}], [{"b": "11x", "d": "11x", "e": 0}])
    (warning,) = (warning for warning in result.warnings if "(?<c>" in warning)
    assert warning.startswith("the regular expression `(?<c>\\d+)(?=x)` was given up")


def test_a_pattern_that_cannot_be_compiled_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from storypack.engine.udf import regex

    def fail(pattern: str, flags: int) -> None:
        raise pcre2.LibraryError(121)

    monkeypatch.setattr(regex.pcre2, "compile", fail)
    with pytest.raises(PatternError, match="is not valid"):
        regex.compile_pattern("never seen before (?=x)")


@pytest.mark.parametrize("error", [zlib.error("x"), EOFError("x"), zstandard.ZstdError("x")])
def test_what_packed_files_raise_names_the_file_format(error: Exception) -> None:
    assert isinstance(error, FAILURES)
    assert "cannot be decompressed" in engine_error(error).message
