"""A watch over the whole run: no secret that an instance of the tests gives out or takes may be shown or kept anywhere.

Looked at are, for each test: what it printed, what it read back of its own output or of another process, every log
record, the text of its failure, and the files that it left; and at the end all temporary folders of the run. A test
that let a secret out fails, whatever else it found. tests/conftest.py switches it on.
"""

from __future__ import annotations

import gzip
import logging
import subprocess
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from marked_secrets import has_secret

INPUTS = frozenset({".env"})  # files whose purpose it is to hold secrets: tests write them, storypack only reads them

_found: list[str] = []  # where a secret was seen since the last report; never the secret itself


def look(where: str, text: str | bytes | None) -> None:
    """Note the place if there is a secret in the text."""
    if text and has_secret(text) and where not in _found:
        _found.append(where)


def look_at_files(folder: Path) -> None:
    """The same for every file below a folder, names included; packages are looked into."""
    for path in folder.rglob("*"):
        look(f"the name of a file in {folder.name}", str(path))
        if path.name not in INPUTS and path.is_file() and not path.is_symlink():
            data = _read(path)
            look(f"the file {path.relative_to(folder)}", data)
            if data[:2] == b"\x1f\x8b":
                look(f"the package {path.relative_to(folder)}", _unpacked(data))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # a test's own doing: it is read again at the end, when its rights and patches are gone
        return b""


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):  # a test's damaged package
        return b""


class _Records(logging.Handler):
    """Every log record, its message as it would be written, traceback included."""

    def emit(self, record: logging.LogRecord) -> None:
        look(f"the log of {record.name}", self.format(record))


# --- what tests read back: it is in no report ---------------------------------------------------------------------


def _watching(where: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def watched(*given: Any, **more: Any) -> Any:
        texts = real(*given, **more)
        for text in texts:
            look(where, text)
        return texts

    return watched


_REAL = (pytest.CaptureFixture.readouterr, subprocess.Popen.communicate)
_HANDLER = _Records(logging.NOTSET)


def pytest_configure(config: pytest.Config) -> None:
    logging.getLogger().addHandler(_HANDLER)
    pytest.CaptureFixture.readouterr = _watching("the output", _REAL[0])  # type: ignore[method-assign]
    subprocess.Popen.communicate = _watching("the output of a process", _REAL[1])  # type: ignore[method-assign]


def pytest_unconfigure(config: pytest.Config) -> None:
    logging.getLogger().removeHandler(_HANDLER)
    pytest.CaptureFixture.readouterr, subprocess.Popen.communicate = _REAL  # type: ignore[method-assign]


# --- each test, and the end ---------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """Look at a test's files before its fixtures remove any."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if isinstance(folder, Path):
        look_at_files(folder)
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail the test if it showed or left a secret, and take that text out of the report."""
    report = yield
    look("a failure", report.longreprtext)
    for title, text in report.sections:
        look(title.lower(), text)
    if _found:
        report.outcome = "failed"
        report.longrepr = f"A secret came out: in {', '.join(_found)}."
        report.sections = [part for part in report.sections if not has_secret(part[1])]
        _found.clear()
    return report


@pytest.fixture(scope="session", autouse=True)
def no_secret_stays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """At the very end (of a worker, too) all that the run left in its temporary folders."""
    yield
    look_at_files(tmp_path_factory.getbasetemp())
    assert not _found
