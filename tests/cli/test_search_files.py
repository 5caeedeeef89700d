"""`storypack search` over folders as they are found: programs among logs, faults, long waits, an impatient user."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import exit_codes, main, waiting
from storypack.cli.search_notes import MOST_FILES
from storypack.engine.events import reading

EVENT = '{"time": "2026-11-20T10:00:00Z", "user": "kim"}\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["search", *map(str, arguments)])


def test_programs_among_logs_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text(EVENT)
    (tmp_path / "tool").write_bytes(b"\x7fELF" + bytes(range(256)) * 20)
    (tmp_path / "empty").write_text("")
    result = run("stats count", "--data", tmp_path, "--format", "json", "--sourcetype", "x")
    assert json.loads(result.stdout) == {"count": 1}
    assert result.stderr == "left out: tool, since it is a program\n"


def test_a_link_out_of_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    """A folder of evidence may be anybody's; a link within it, and one that is named, are read."""
    elsewhere, folder = tmp_path / "elsewhere.log", tmp_path / "evidence"
    folder.mkdir()
    elsewhere.write_text(EVENT.replace("kim", "secret"))
    (folder / "app.log").write_text(EVENT)
    (folder / "again.log").symlink_to(folder / "app.log")
    (folder / "out.log").symlink_to(elsewhere)
    result = run("search user=* | table user", "--data", folder, "--format", "json", "--sourcetype", "x")
    assert "secret" not in result.output
    assert f"left out: {folder / 'out.log'} is a link that leads out of the folder" in result.stderr
    named = run("search user=* | table user", "--data", folder / "out.log", "--format", "json", "--sourcetype", "x")
    assert json.loads(named.stdout) == {"user": "secret"}


def test_a_file_that_is_named_is_searched_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "tool"
    path.write_bytes(b"\x7fELF\xff" + bytes(range(32)) * 20 + b"\nuser=kim\n")
    result = run("user=kim | stats count", "--data", path, "--format", "json", "--sourcetype", "x")
    assert json.loads(result.stdout) == {"count": 1}
    assert result.stderr == "tool is not all text: bytes in 1 place were replaced by \ufffd\n"


def test_colours_and_other_alphabets_are_text(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\x1b[31m user=kim \x1b[0m grüße привет 你好\n" * 5, encoding="utf-8")
    (tmp_path / "b.log").write_bytes("user=kim\r\n".encode("utf-16"))
    result = run("user=kim | stats count", "--data", tmp_path, "--format", "json", "--sourcetype", "x")
    assert json.loads(result.stdout) == {"count": 6}
    assert result.stderr == ""


def test_many_faults_are_told_in_few_lines(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 5):
        (tmp_path / f"{number:02}.jsonl").write_text(EVENT + EVENT + "{broken\n")
    lines = run("stats count", "--data", tmp_path, "--sourcetype", "x").stderr.splitlines()
    assert len(lines) == MOST_FILES + 1
    assert lines[0] == "1 of 3 events in 00.jsonl is broken, kept as text"
    assert lines[-1] == "... and so for 5 more files"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("statz count by user",),
            "'statz' is no command and was searched for as a word; did you mean 'stats'?\n",
        ),
        (("nothing like it",), ""),
        (("kim", "--sourcetype", "aws:cloudtrial"), "sourcetype 'aws:cloudtrial'; did you mean 'aws:cloudtrail'?\n"),
        (("kim", "--sourcetype", "my:own"), ""),
    ],
)
def test_what_was_probably_meant(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(EVENT)
    given = arguments if "--sourcetype" in arguments else (*arguments, "--sourcetype", "x")
    result = run(*given, "--data", path)
    assert result.exit_code == exit_codes.OK
    assert result.stderr.removeprefix("no results\n").removeprefix("nothing is known of ") == said


@pytest.mark.parametrize("search", ["stats count", "user=kim | stats count", "user=kim | table * | stats count"])
@pytest.mark.parametrize(
    ("content", "all_events", "said"),
    [
        ((EVENT * 50).encode(), 50, ""),
        (b'{"user": "\xff"}\n' + (EVENT * 50).encode(), 51, "x.log is not all text: bytes in 1 place"),
        (gzip.compress((EVENT * 50).encode())[:-5], 50, "x.log can not be read as a whole"),
        ((EVENT * 50 + "{broken}\n").encode(), 51, "1 of 51 events in x.log is broken"),
        ((EVENT * 50).encode() + b'{"long": "' + b"x" * (17 << 20) + b'"}\n', 51, ""),
    ],
    ids=["whole", "bytes", "cut", "broken", "long"],
)
def test_large_files_are_read_in_haste_and_again_with_care(
    tmp_path: Path, search: str, content: bytes, all_events: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DuckDB cannot read comes up only while a search runs."""
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)
    monkeypatch.setattr(reading, "THOROUGH_BYTES", 0)
    path = tmp_path / "x.log"
    path.write_bytes(content)
    for form in ("json", "csv", "table"):
        result = run(search, "--data", path, "--format", form, "--sourcetype", "x")
        assert result.exit_code == exit_codes.OK, result.stderr
        assert result.stderr.startswith(said)
        assert bool(result.stderr) == bool(said)
        count = 50 if "kim" in search else all_events
        assert str(count) in result.stdout.splitlines()[-1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_who_waits_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    monkeypatch.setattr(waiting, "BEAT", 0.001)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with waiting.waiting() as line:
        line.say(lambda: "reading ... 7 of 9 files")
        deadline = time.monotonic() + 30
        while "7 of 9" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.001)
        line.end()
        told = terminal.getvalue()
        assert "reading ... 7 of 9 files" in told
        assert told.endswith(waiting.CLEAR)
    assert terminal.getvalue() == told


def test_nobody_is_told_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.0)
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    with waiting.waiting() as line:
        line.say(lambda: "reading")
    assert stream.getvalue() == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "hung up")],
)
def test_a_signal_ends_a_search_and_leaves_nothing(tmp_path: Path, number: int, code: int, word: str) -> None:
    """In the middle of a search that would take a minute."""
    path, scratch = tmp_path / "events.jsonl", tmp_path / "scratch"
    scratch.mkdir()
    path.write_text("".join(f'{{"n": {number}, "text": "{"ab" * 200}"}}\n' for number in range(3_000)))
    pairs = "eval a=1 | join type=inner max=0 a [search * | eval a=1]"
    search = f'{pairs} | eval text=replace(text . n, "(a|b)+", "x") | stats dc(text)'
    process = subprocess.Popen(
        [sys.executable, "-m", "storypack.cli", "search", search, "--data", str(path), "--sourcetype", "x"],
        env={**os.environ, "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 60
    while not list(scratch.iterdir()) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    time.sleep(1.5)
    process.send_signal(number)
    out, told = process.communicate(timeout=90)
    assert process.returncode == code
    assert out == b""
    assert told.decode().strip() == f"storypack: {word}"
    assert list(scratch.iterdir()) == []
