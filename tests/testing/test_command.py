"""`storypack test` from outside: formats, exit codes, choice, processes, interruption."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from storypack.cli import exit_codes, main
from tests.git import git

from .small_pack import SmallPack, event, search_test

SEARCH = "`ex_audit` action=copy | stats count by user | `ex_disk_filter`"
COPY = [event(0, user="kim", action="copy")]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["test", *map(str, arguments)])


@pytest.fixture
def three(pack: SmallPack) -> SmallPack:
    """A test that passes, one that fails, one that is excused."""
    pack.detection("Disk", SEARCH, search_test("Fires", COPY, expected_results=1))
    pack.detection("Tape", SEARCH.replace("disk", "tape"), search_test("Fires", COPY, expected_results=2))
    excused = search_test("Model", COPY, test_type="experimental", reason="It needs a model.")
    pack.detection("Cloud", "`ex_audit` | apply m | `ex_cloud_filter`", excused)
    return pack


def test_a_failed_test_is_told_and_exits_with_1(three: SmallPack) -> None:
    result = run("--pack", three.folder)
    assert result.exit_code == exit_codes.FAILED
    assert "FAILED" in result.stdout and "expected 2 rows, got 1" in result.stdout
    assert "does not count: experimental: It needs a model." in result.stdout
    assert "3 tests: 1 passed, 1 failed, 1 not run" in result.stdout
    assert f"{three.folder.as_posix()}/detections/cloud/tape.yml:" in result.stdout


def test_what_passes_is_listed_on_demand(three: SmallPack) -> None:
    assert "disk.yml" not in run("--pack", three.folder).stdout
    assert "passed" in run("--pack", three.folder, "--verbose", "--only", "disk").stdout.splitlines()[0]


def test_excused_tests_do_not_fail_the_run(three: SmallPack) -> None:
    assert run("--pack", three.folder, "--only", "disk", "--only", "cloud").exit_code == exit_codes.OK


def test_json(three: SmallPack) -> None:
    document = json.loads(run("--pack", three.folder, "--format", "json").stdout)
    summary = document["summary"]
    assert (summary["tests"], summary["passed"], summary["failed"], summary["not_run"]) == (3, 1, 1, 1)
    assert summary["ok"] is False
    failed = next(result for result in document["results"] if result["outcome"] == "failed")
    assert failed["rows"] == [{"user": "kim", "count": 1}]
    assert failed["failure"]["problem"] == "missing_rows"
    assert failed["failure"]["stages"][0]["rows"] == 1
    assert failed["line"] > 0


def test_junit(three: SmallPack) -> None:
    root = ElementTree.fromstring(run("--pack", three.folder, "--format", "junit").stdout)
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    failure = root.find(".//failure")
    assert failure is not None and failure.get("message") == "expected 2 rows, got 1"
    skipped = root.find(".//skipped")
    assert skipped is not None and "It needs a model." in str(skipped.get("message"))


def test_github(three: SmallPack) -> None:
    lines = run("--pack", three.folder, "--format", "github").stdout.splitlines()
    assert any(line.startswith("::error file=") and "expected 2 rows, got 1" in line for line in lines)
    assert any(line.startswith("::notice file=") for line in lines)


def test_results_into_a_file(three: SmallPack, tmp_path: Path) -> None:
    target = tmp_path / "out" / "results.xml"
    result = run("--pack", three.folder, "--format", "junit", "--output", target)
    assert (result.exit_code, result.stdout) == (exit_codes.FAILED, "")
    assert ElementTree.parse(target).getroot().get("tests") == "3"


def test_a_folder_that_is_no_pack(tmp_path: Path) -> None:
    result = run("--pack", tmp_path)
    assert result.exit_code == exit_codes.USAGE
    assert "there is no pack in" in result.stderr


def test_a_file_with_errors_is_no_success(three: SmallPack) -> None:
    (three.folder / "detections" / "cloud" / "tape.yml").write_text("name: [", encoding="utf-8")
    result = run("--pack", three.folder)
    assert result.exit_code == exit_codes.FAILED
    assert "detections/cloud/tape.yml has errors and was left out" in result.stderr


def test_processes_give_what_one_gives(pack: SmallPack) -> None:
    for number in range(8):
        events = [event(0, user=f"u{n}", action="copy") for n in range(number)]
        pack.detection(
            f"D{number}", SEARCH.replace("disk", f"d{number}"), search_test("x", events or COPY, expected_results=3)
        )
    anew = ("--pack", pack.folder, "--no-cache", "--format", "json")
    alone = json.loads(run(*anew, "--jobs", 1).stdout)
    together = json.loads(run(*anew, "--jobs", 2).stdout)
    for document in (alone, together):
        document["summary"].pop("seconds")
        for result in document["results"]:
            result.pop("seconds")
    assert alone == together
    assert alone["summary"]["passed"] == 1


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ("lookups/ex_known.csv", {"Tape"}),
        ("lookups/ex_known.yml", {"Tape"}),
        ("macros/ex_audit.yml", {"Disk", "Tape", "Both"}),
        ("schedules/default_ttp.yml", {"Disk", "Tape", "Both"}),
        ("tests/data/disk_0.jsonl", {"Disk", "Both"}),
        ("detections/cloud/disk.yml", {"Disk", "Both"}),
        ("storypack.yml", {"Disk", "Tape", "Both"}),
    ],
)
def test_changed_means_whatever_a_change_reaches(pack: SmallPack, changed: str, reached: set[str]) -> None:
    pack.schedule("default_correlation", "-24h", "now")
    pack.lookup("ex_known", "user\nlee\n")
    pack.detection("Disk", SEARCH, search_test("x", COPY))
    search = "`ex_audit` | lookup ex_known user | `ex_tape_filter`"
    pack.detection("Tape", search, search_test("x", COPY))
    search = '| tstats count from datamodel=Risk where All_Risk.search_name="EX - Disk - Rule" | `ex_both_filter`'
    pack.detection("Both", search, search_test("x", COPY), type="Correlation")
    git(pack.folder, "init", "-q")
    git(pack.folder, "add", ".")
    git(pack.folder, "commit", "-qm", "all")
    file = pack.folder / changed
    file.write_text(file.read_text("utf-8") + ("# new\n" if changed.endswith("yml") else "\n"), encoding="utf-8")
    document = json.loads(run("--pack", pack.folder, "--changed", "--format", "json").stdout)
    assert {result["search"] for result in document["results"]} == reached


def _until_it_has_children(process: subprocess.Popen[str]) -> None:
    """Up to the point at which other processes run tests; on a busy machine importing takes its time."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():  # not on Linux
        time.sleep(5)
        return
    for _ in range(600):
        if process.poll() is not None or children.read_text(encoding="ascii").split():
            return
        time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_ends_it_cleanly(pack: SmallPack) -> None:
    rows = [event(n, user=f"u{n}", action="copy") for n in range(40)]
    slow = "`ex_audit` | eval a=1, n=mvrange(0, 20000) | mvexpand n" + " | join max=0 a [search * | eval a=1]" * 9
    slow += " | stats dc(n) by user | `ex_{}_filter`"
    for number in range(10):
        pack.detection(f"S{number}", slow.format(f"s{number}"), search_test("x", rows))
    command = [sys.executable, "-m", "storypack.cli", "test", "--pack", str(pack.folder)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _until_it_has_children(process)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=90)
    assert process.returncode == exit_codes.INTERRUPTED, told
    assert "Traceback" not in told
    assert "interrupted" in told
    with pytest.raises(ProcessLookupError):  # nobody of the group is left
        for _ in range(50):
            os.killpg(process.pid, 0)
            time.sleep(0.1)
