"""The watch over secrets has to notice each way out: tests that leak on purpose, in a run of their own, must fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
LEAKS = """
import base64, gzip, logging, subprocess, sys
import pytest
from splunkd import Splunkd

@pytest.fixture(scope="module")
def splunkd():
    with Splunkd() as running:
        yield running

@pytest.fixture
def left_behind(tmp_path, splunkd):
    yield
    (tmp_path / "late.txt").write_text(splunkd.token)

def test_harmless(splunkd, tmp_path, capsys):
    print("a password has", len(splunkd.password), "characters")
    logging.getLogger("any").warning("fine")
    (tmp_path / ".env").write_text(splunkd.password)
    assert capsys.readouterr().out

def test_printed(splunkd):
    print(splunkd.password)

def test_printed_to_stderr(splunkd):
    print(splunkd.token, file=sys.stderr)

def test_read_back(splunkd, capsys):
    print(splunkd.hec_token)
    assert capsys.readouterr().out

def test_read_back_from_the_descriptor(splunkd, capfd):
    subprocess.run(["echo", splunkd.acs.token], check=True)
    assert capfd.readouterr().out

def test_said_by_a_process(splunkd):
    subprocess.run(["echo", splunkd.acs.password], capture_output=True, check=True)

def test_logged(splunkd):
    logging.getLogger("any").warning("%s", splunkd.password)

def test_logged_with_a_traceback(splunkd):
    try:
        raise ValueError(splunkd.password)
    except ValueError:
        logging.getLogger("any").exception("it failed")

def test_in_a_header(splunkd):
    print(base64.b64encode(f"{splunkd.username}:{splunkd.password}".encode()).decode())

def test_a_session_key(splunkd):
    print(next(iter(splunkd.connect().token.split()[1:])))

def test_cut_short(splunkd):
    print(splunkd.password[:14] + "...")

def test_in_a_failure(splunkd):
    assert splunkd.password == ""

def test_in_a_file(splunkd, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "state.json").write_text(splunkd.token)

def test_in_a_package(splunkd, tmp_path):
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(splunkd.token.encode()))

def test_in_the_name_of_a_file(splunkd, tmp_path):
    (tmp_path / splunkd.password).touch()
"""
LATE = """

def test_in_a_file_that_a_fixture_leaves(left_behind):
    pass
"""


def inner_run(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of these tests in a process of its own; what it leaves is removed."""
    (folder / "test_leaks.py").write_text(text)
    (folder / "conftest.py").write_text(f"import sys; sys.path.insert(0, {str(TESTS)!r})\nfrom secret_watch import *\n")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "--rootdir", ".", *options]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    try:
        return subprocess.run(
            [*command, f"--basetemp={folder / 'base'}", "test_leaks.py"],
            cwd=folder, env=environment, text=True, timeout=120, capture_output=True, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(folder / "base")


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "workers"])
def test_each_leak_fails_the_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = inner_run(tmp_path, LEAKS, *options)
    named = set(re.findall(r"^def (test_\w+)", LEAKS, re.MULTILINE))
    told = set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", done.stdout, re.MULTILINE))
    assert done.returncode == 1 and told == named - {"test_harmless"}, done.stdout
    assert done.stdout.count("A secret came out: in ") >= len(told)  # and the watch shows none of them itself


def test_what_is_left_at_the_end_fails_the_run(tmp_path: Path) -> None:
    done = inner_run(tmp_path, LEAKS + LATE, "-k", "fixture_leaves or harmless")
    assert done.returncode == 1 and "1 error" in done.stdout, done.stdout
