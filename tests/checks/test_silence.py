"""Rules switched off: for an object, for the pack, and switches that do nothing."""

from __future__ import annotations

from pathlib import Path

from storypack.checks.run import Checked
from storypack.issue import Severity
from tests.checks.example_pack import NETS, NETS_CSV, ODD, SETTINGS, SHARE, STORY, check

NO_TECHNIQUE = {"mitre_attack_id": []}  # SP133


def silence(rule: str, **more: object) -> list[dict[str, object]]:
    return [{"rule": rule, "reason": "We know", **more}]


def ids(checked: Checked) -> list[str]:
    return [issue.rule for issue in checked.issues]


def test_an_object_silences_for_itself(tmp_path: Path) -> None:
    checked = check(tmp_path, {SHARE: NO_TECHNIQUE | {"silence": silence("SP133")}, ODD: NO_TECHNIQUE})
    assert [(issue.rule, issue.location.file) for issue in checked.issues] == [("SP133", ODD)]
    assert len(checked.silenced) == 1


def test_a_lookup_silences_for_its_csv(tmp_path: Path) -> None:
    checked = check(tmp_path, {NETS: {"silence": silence("SP197")}, NETS_CSV: b"net,owner\nnowhere,x\n"})
    assert (ids(checked), len(checked.silenced)) == ([], 1)


def test_the_pack_silences_for_all(tmp_path: Path) -> None:
    checked = check(tmp_path, {SHARE: NO_TECHNIQUE, ODD: NO_TECHNIQUE, SETTINGS: {"silence": silence("SP133")}})
    assert (ids(checked), len(checked.silenced)) == ([], 2)


def test_the_pack_silences_for_some_by_name(tmp_path: Path) -> None:
    setting = silence("SP133", objects=["Share Leaves"])
    checked = check(tmp_path, {SHARE: NO_TECHNIQUE, ODD: NO_TECHNIQUE, SETTINGS: {"silence": setting}})
    assert [(issue.rule, issue.location.file) for issue in checked.issues] == [("SP133", ODD)]


def test_warnings_of_the_loader_can_be_silenced(tmp_path: Path) -> None:
    stray = {"detections/cloud/notes.txt": b"x"}
    assert ids(check(tmp_path / "a", stray)) == ["SP010"]
    assert ids(check(tmp_path / "b", stray | {SETTINGS: {"silence": silence("SP010")}})) == []


def test_a_silence_that_does_nothing_is_a_note(tmp_path: Path) -> None:
    checked = check(tmp_path, {SHARE: {"silence": silence("SP133")}, SETTINGS: {"silence": silence("SP125")}})
    assert [(issue.rule, issue.location.file, issue.severity) for issue in checked.issues] == [
        ("SP118", SHARE, Severity.NOTE),
        ("SP118", SETTINGS, Severity.NOTE),
    ]
    assert all(issue.location.line for issue in checked.issues)


def test_an_unknown_rule_cannot_be_silenced(tmp_path: Path) -> None:
    (issue,) = check(tmp_path, {STORY: {"silence": silence("SP999")}}).issues
    assert (issue.rule, issue.severity, issue.key) == ("SP117", Severity.ERROR, "silence[0].rule")


def test_rules_that_guard_the_build_cannot_be_silenced(tmp_path: Path) -> None:
    same = {ODD: {"id": "00000000-0000-4000-8000-000000000002", "silence": silence("SP102")}}
    assert sorted(ids(check(tmp_path, same))) == ["SP102", "SP117"]


def test_a_silence_for_an_object_that_is_not_there(tmp_path: Path) -> None:
    setting = silence("SP133", objects=["Share Leafs", "Share Leaves"])
    (issue,) = check(tmp_path, {SHARE: NO_TECHNIQUE, SETTINGS: {"silence": setting}}).issues
    assert (issue.rule, issue.key) == ("SP119", "silence[0].objects[0]")
    assert "Share Leaves" in issue.cure


def test_a_silence_without_a_reason_is_an_error(tmp_path: Path) -> None:
    checked = check(tmp_path, {SETTINGS: {"silence": [{"rule": "SP133"}]}})
    assert "SP008" in ids(checked)


def test_an_empty_reason_is_no_reason(tmp_path: Path) -> None:
    checked = check(tmp_path, {SETTINGS: {"silence": [{"rule": "SP133", "reason": ""}]}})
    assert "SP009" in ids(checked)
