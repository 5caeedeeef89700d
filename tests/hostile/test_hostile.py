"""Hostile files: each gives an issue at its place, exit code 1, no traceback, and keeps nothing else from working."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from storypack.app_build.errors import BuildError
from storypack.app_build.from_pack import app_content, tactics_of
from storypack.app_build.tree import app_tree
from storypack.cli import main
from storypack.conf.read import read
from storypack.issue import Severity
from storypack.pack import Loaded, load_pack
from tests.hostile.hostile_cases import CARRIED, CASES, Case
from tests.hostile.hostile_pack import DETECTION_FILE, healthy, with_value, write

STANZAS = {
    "EX - Disk Copied Away - Rule",
    "analytic_story://EX - Example Story",
    "savedsearch://EX - Disk Copied Away - Rule",
    "ex_audit",
    "ex_disk_copied_away_filter",
    "ex_list",
}


def place(root: Path, case: Case) -> None:
    """Put the case's thing into the healthy pack."""
    target = root / case.path
    if target.is_file():
        target.unlink()
    if callable(case.content):
        target.parent.mkdir(parents=True, exist_ok=True)
        case.content(target)
    else:
        write(root, case.path, case.content)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return healthy(tmp_path / "pack")


def test_there_are_enough_cases_and_none_twice() -> None:
    assert len(CASES) >= 70
    assert len({case.name for case in CASES}) == len(CASES)


def test_the_healthy_pack_is_healthy(pack: Path) -> None:
    assert load_pack(pack).issues == []
    assert CliRunner().invoke(main, ["validate", "--pack", str(pack)]).exit_code == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_is_an_issue_at_its_place(case: Case, pack: Path) -> None:
    place(pack, case)
    loaded = load_pack(pack)
    found = [issue for issue in loaded.issues if issue.location.file == case.file and issue.rule == case.rule]
    assert found, loaded.issues
    assert found[0].severity is Severity.ERROR
    assert found[0].message
    assert not case.located or found[0].location.line > 0
    assert all(issue.location.file == case.file for issue in loaded.issues), loaded.issues
    # Everything else is loaded as before.
    names = {entry.path for entry in loaded.pack.entries()}
    expected = {entry.path for entry in load_pack(healthy(pack.parent / "again")).pack.entries()}
    assert names == expected - {case.path}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_validate_fails_without_a_traceback(case: Case, pack: Path) -> None:
    place(pack, case)
    result = CliRunner().invoke(main, ["validate", "--pack", str(pack), "--format", "json"])
    assert result.exit_code == 1, result.output[-2000:]
    assert "Traceback" not in result.output
    report = json.loads(result.output)
    assert any(
        issue["rule"] == case.rule and issue["file"].endswith(case.file) and issue["severity"] == "error"
        for issue in report["issues"]
    )


@pytest.mark.parametrize("case", [case for case in CASES if case.path != "storypack.yml"], ids=lambda case: case.name)
def test_no_stanza_comes_from_a_hostile_file(case: Case, pack: Path) -> None:
    """`build` refuses such a pack; even built from what could be loaded, the app has only what content defines."""
    place(pack, case)
    check_stanzas(load_pack(pack))


def check_stanzas(loaded: Loaded) -> None:
    """The app has no stanza but those of the healthy pack; or the build refuses to make it, and says why."""
    try:
        found = stanzas(loaded)
    except BuildError as error:
        assert error.issues
        return
    assert found <= STANZAS | {"ex_detections"}


def stanzas(loaded: Loaded) -> set[str]:
    """Names of all stanzas that the app has because of content."""
    tree = app_tree(app_content(loaded.pack), tactics_of)
    found: set[str] = set()
    for path in ("savedsearches", "analyticstories", "macros", "transforms", "collections"):
        content = tree.files.get(f"default/{path}.conf")
        if content:
            found |= {stanza.name for stanza in read(content).stanzas}
    # Searches over the app itself (health of detections) are the build's own.
    return {name for name in found if "Health" not in name and name != "default"}


def quoted(text: str) -> str:
    """The text as a double-quoted YAML scalar."""
    return json.dumps(text, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\x85", "\\x85")


@pytest.mark.parametrize("key", ["description", "how_to_implement", "known_false_positives", "next_steps", "author"])
@pytest.mark.parametrize("name", CARRIED)
def test_odd_text_is_carried_as_it_is(key: str, name: str, pack: Path) -> None:
    write(pack, DETECTION_FILE, with_value(DETECTION_FILE, key, quoted(CARRIED[name])))
    loaded = load_pack(pack)
    assert loaded.issues == []
    assert getattr(loaded.pack.detections[0].model, key) == CARRIED[name]
    check_stanzas(loaded)


@pytest.mark.parametrize("name", CARRIED)
def test_an_odd_search_is_carried_as_it_is(name: str, pack: Path) -> None:
    search = f"`ex_audit` {CARRIED[name]}"
    write(pack, DETECTION_FILE, with_value(DETECTION_FILE, "search", quoted(search)))
    loaded = load_pack(pack)
    assert loaded.pack.detections[0].model.search == search
    check_stanzas(loaded)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser can read every file")
def test_a_file_that_may_not_be_read(pack: Path) -> None:
    (pack / DETECTION_FILE).chmod(0)
    (issue,) = [issue for issue in load_pack(pack).issues if issue.location.file == DETECTION_FILE]
    assert issue.rule == "SP001"


def test_a_file_that_fails_while_it_is_read(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def fail(path: str | Path, *args: int, **options: int) -> int:
        if str(path).endswith("disk_copied_away.yml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(os, "open", fail)
    (issue,) = load_pack(pack).issues
    assert (issue.rule, issue.location.file) == ("SP001", DETECTION_FILE)
    assert "permission denied" in issue.message


def test_a_link_inside_the_pack_is_followed(pack: Path) -> None:
    real = pack / "elsewhere.yml"
    (pack / DETECTION_FILE).rename(real)
    (pack / DETECTION_FILE).symlink_to("../../elsewhere.yml")
    assert load_pack(pack).issues == []


def test_all_hostile_files_at_once(tmp_path: Path) -> None:
    """Every case that has its own file, in one pack: each is reported, none hides another."""
    pack = healthy(tmp_path / "pack")
    expected = set()
    for number, case in enumerate(case for case in CASES if case.path == "detections/cloud/hostile.yml"):
        path = f"detections/cloud/hostile_{number}.yml"
        if isinstance(case.content, bytes | str):
            write(pack, path, case.content)
            expected.add((path, case.rule))
    loaded = load_pack(pack)
    assert expected <= {(issue.location.file, issue.rule) for issue in loaded.issues}
    assert [entry.path for entry in loaded.pack.detections] == [DETECTION_FILE]
