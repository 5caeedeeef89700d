"""The frame around every command: help from a table, exit codes, and no traceback ever."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import types
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from storypack import __version__
from storypack.cli import COMMANDS, exit_codes, lazy, main
from storypack.cli.lazy import LazyGroup

HEAVY = {"pydantic", "duckdb", "rich", "jinja2", "yaml", "numpy", "pcre2", "rapidfuzz", "splunklib"}
STORYPACK = [sys.executable, "-m", "storypack.cli"]


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> LazyGroup:
    """A group of one command per way to end."""
    raises: dict[str, BaseException] = {
        "usage": click.UsageError("wrong"),
        "file": click.FileError("x.yml", "gone"),
        "interrupt": KeyboardInterrupt(),
        "bug": ValueError("two\nlines"),
        "disk": OSError(errno.ENOSPC, "No space left on device", "dist/x"),
        "pipe": BrokenPipeError(errno.EPIPE, "Broken pipe"),
    }

    def command(name: str) -> click.Command:
        def run() -> int:
            if name in raises:
                raise raises[name]
            return int(name.removeprefix("code"))

        return click.Command(name, callback=run)

    names = [*raises, "code0", "code1"]
    for name in names:
        module = types.ModuleType(f"ways_to_end.{name}")
        module.command = command(name)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"ways_to_end.{name}", module)
    monkeypatch.setitem(sys.modules, "ways_to_end", types.ModuleType("ways_to_end"))
    monkeypatch.setattr(lazy, "_module_exists", lambda name: True)
    return LazyGroup("tool", package="ways_to_end", table=dict.fromkeys(names, "Ends."))


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("code0", exit_codes.OK, ""),
        ("code1", exit_codes.FAILED, ""),
        ("usage", exit_codes.USAGE, "wrong"),
        ("file", exit_codes.USAGE, "gone"),
        ("interrupt", exit_codes.INTERRUPTED, "storypack: interrupted\n"),
        ("bug", exit_codes.USAGE, "internal error: ValueError: two lines\n"),
        ("disk", exit_codes.USAGE, "storypack: dist/x: No space left on device\n"),
        ("pipe", exit_codes.BROKEN_PIPE, ""),
    ],
)
def test_every_end_has_a_code_and_no_traceback(group: LazyGroup, name: str, code: int, said: str) -> None:
    result = CliRunner().invoke(group, [name])
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert bool(said) == bool(result.stderr.strip())
    assert "Traceback" not in result.stderr


def test_the_traceback_is_there_for_who_asks(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["bug"], env={lazy.DEBUG_VARIABLE: "1"})
    assert "Traceback (most recent call last)" in result.stderr
    assert result.exit_code == exit_codes.USAGE


def test_a_mistyped_command_is_answered_with_the_right_one(group: LazyGroup) -> None:
    result = CliRunner().invoke(group, ["usge"])
    assert result.exit_code == exit_codes.USAGE
    assert "Did you mean 'usage'?" in result.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`storypack --help | true`: nothing on stderr, whoever is quicker."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*STORYPACK, "--help"], stdout=write, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == exit_codes.BROKEN_PIPE


def test_version_and_help() -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["--version"]).output == f"storypack {__version__}\n"
    assert runner.invoke(main, ["-h"]).output == runner.invoke(main, ["--help"]).output
    assert runner.invoke(main, []).exit_code == exit_codes.USAGE


def test_help_imports_nothing_heavy() -> None:
    """The budget of 0.15 s is kept by what is not imported; a clock would only make the test unreliable."""
    script = (
        "import sys\nfrom storypack.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"heavy = {HEAVY} & set(sys.modules)\n"
        "light = ('storypack.cli', 'storypack.ends')\n"
        "heavy |= {m for m in sys.modules if m.startswith('storypack.') and not m.startswith(light)}\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def available() -> list[str]:
    folder = Path(lazy.__file__).parent
    return [name for name in COMMANDS if (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()]


@pytest.mark.parametrize("name", available())
def test_every_command_has_help_with_examples(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "Example" in result.output


@pytest.mark.parametrize("name", available())
def test_a_command_file_imports_nothing_heavy(name: str) -> None:
    script = (
        f"import sys, importlib\nimportlib.import_module('storypack.cli.{name}')\n"
        f"heavy = {HEAVY} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_search_without_a_pack_imports_nothing_of_packs(tmp_path: Path) -> None:
    """It would take as long as the search itself."""
    (tmp_path / "x.log").write_text("user=kim\n", encoding="utf-8")
    script = (
        "import sys\nfrom storypack.cli import main\n"
        "try: main(['search', 'stats count', '--data', 'x.log', '--sourcetype', 'x'])\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'yaml', 'jinja2', 'rich', 'storypack.pack'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_an_interrupt_that_a_library_turns_into_an_error_is_still_one(group: LazyGroup) -> None:
    def run() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None

    sys.modules["ways_to_end.code0"].command = click.Command("code0", callback=run)  # type: ignore[attr-defined]
    result = CliRunner().invoke(group, ["code0"])
    assert (result.exit_code, result.stderr) == (exit_codes.INTERRUPTED, "storypack: interrupted\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(closed: str) -> None:
    line = f'"$0" -m storypack.cli rules SP101 {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (exit_codes.OK, "")
    assert (">" in closed.replace("2>", "")) == (done.stdout == "")


def test_what_is_no_plain_file_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert CliRunner().invoke(main, ["rules", "SP101", "-o", str(pipe)]).exit_code == exit_codes.OK
    assert b"SP101" in os.read(reader, 10_000)
    os.close(reader)
    assert pipe.is_fifo()
    folder.mkdir()
    (tmp_path / "link.txt").symlink_to(folder / "result.txt")
    assert CliRunner().invoke(main, ["rules", "-o", str(tmp_path / "link.txt")]).exit_code == exit_codes.OK
    assert (tmp_path / "link.txt").is_symlink()
    assert [path.name for path in folder.iterdir()] == ["result.txt"]


def test_a_result_goes_to_the_standard_output_by_any_of_its_names() -> None:
    plain = CliRunner().invoke(main, ["rules", "SP101"]).stdout
    for name in ("-", "/dev/stdout"):
        command = [*STORYPACK, "rules", "SP101", "-o", name]
        assert subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split() == plain.split()


def test_what_is_said_does_not_steer_the_terminal() -> None:
    result = CliRunner().invoke(main, ["validate", "--pack", "no\x1b[2Jfolder\x9b"])
    assert result.exit_code == exit_codes.USAGE
    assert "no\\x1b[2Jfolder\\x9b" in result.stderr


@pytest.mark.parametrize("line", [["validate"], ["build"], ["test"], ["new", "macro", "x"], ["explain", "x"], ["fmt"]])
def test_a_folder_without_a_pack_is_told_where_the_pack_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: list[str]
) -> None:
    (tmp_path / "pack" / "docs" / "more").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "pack" / "docs" / "more")
    alone = CliRunner().invoke(main, line)
    assert (alone.exit_code, "there is no pack in" in alone.stderr) == (exit_codes.USAGE, True)
    assert "name one with --pack DIR" in alone.stderr
    (tmp_path / "pack" / "storypack.yml").write_text("app_id: x\n", encoding="utf-8")
    assert f"did you mean --pack {Path('../..')}?" in CliRunner().invoke(main, line).stderr


@pytest.mark.parametrize("command", ["new", "schema"])
def test_no_word_of_a_help_is_broken_by_a_narrow_terminal(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    text = CliRunner().invoke(main, [command, "--help"]).stdout
    assert text.startswith(f"Usage: main {command} [OPTIONS] KIND")
    assert "KIND is detection, story, " in text


@pytest.mark.parametrize("module", ["storypack", "storypack.cli"])
def test_the_package_can_be_run(module: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"storypack {__version__}\n"
