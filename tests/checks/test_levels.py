"""What issues weigh: the profile of a pack, and its levels by rule and file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storypack.checks.run import Checked
from tests.checks.example_pack import HUNT, ODD, SETTINGS, SHARE, check

NO_TECHNIQUE = {"mitre_attack_id": []}  # SP133, a warning of policy
WRONG_SCORE = {"finding.entity.score": 900}  # SP140, an error of truth


def levels(*entries: dict[str, Any]) -> dict[str, Any]:
    return {SETTINGS: {"levels": list(entries)}}


def weights(checked: Checked) -> list[tuple[str, str, str]]:
    return [(issue.rule, issue.severity.value, issue.location.file) for issue in checked.issues]


def test_policy_is_a_note_in_a_compatible_pack(tmp_path: Path) -> None:
    edits = {SHARE: NO_TECHNIQUE | WRONG_SCORE, ODD: {"category": "cloud"}}
    house = weights(check(tmp_path / "a", edits))
    assert house == [("SP133", "warning", SHARE), ("SP140", "error", SHARE), ("SP106", "error", ODD)]
    compatible = weights(check(tmp_path / "b", edits | {SETTINGS: {"profile": "compatible"}}))
    assert compatible == [("SP133", "note", SHARE), ("SP140", "error", SHARE), ("SP106", "note", ODD)]


@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_a_rule_has_the_level_of_the_settings(tmp_path: Path, level: str) -> None:
    edits = {SHARE: NO_TECHNIQUE | WRONG_SCORE}
    entries = [{"rule": "SP133", "level": level}, {"rule": "SP140", "level": level}]
    found = weights(check(tmp_path, edits | levels(*entries)))
    assert found == [("SP133", level, SHARE), ("SP140", level, SHARE)]


def test_a_level_wins_over_the_profile(tmp_path: Path) -> None:
    setting = {"profile": "compatible", "levels": [{"rule": "SP133", "level": "error"}]}
    assert weights(check(tmp_path, {SHARE: NO_TECHNIQUE, SETTINGS: setting})) == [("SP133", "error", SHARE)]


def test_a_rule_that_is_off_is_silenced(tmp_path: Path) -> None:
    checked = check(tmp_path, {SHARE: NO_TECHNIQUE} | levels({"rule": "SP133", "level": "off"}))
    assert (checked.issues, [issue.rule for issue in checked.silenced]) == ([], ["SP133"])


@pytest.mark.parametrize(
    ("glob", "noted"),
    [
        ("detections/web/**", [ODD]),
        ("detections/**/o*.yml", [ODD]),
        ("**/*_leaves.yml", [SHARE]),
        ("detections/*/*.yml", [SHARE, HUNT, ODD]),
        ("detections/*/od?_upload.yml", [ODD]),
    ],
)
def test_levels_by_glob(tmp_path: Path, glob: str, noted: list[str]) -> None:
    edits = {SHARE: NO_TECHNIQUE, ODD: NO_TECHNIQUE, HUNT: NO_TECHNIQUE}
    checked = check(tmp_path, edits | levels({"rule": "SP133", "level": "note", "files": [glob]}))
    assert [file for _, level, file in weights(checked) if level == "note"] == noted
    assert len(checked.issues) == len(edits)


def test_the_last_level_that_fits_counts(tmp_path: Path) -> None:
    entries = [{"rule": "SP133", "level": "off"}, {"rule": "SP133", "level": "error", "files": ["detections/web/*"]}]
    checked = check(tmp_path, {SHARE: NO_TECHNIQUE, ODD: NO_TECHNIQUE} | levels(*entries))
    assert weights(checked) == [("SP133", "error", ODD)]


@pytest.mark.parametrize(
    ("entry", "key", "words"),
    [
        ({"rule": "SP999", "level": "note"}, "levels[0].rule", "no rule SP999"),
        ({"rule": "SP102", "level": "note"}, "levels[0].rule", "an error everywhere"),
        ({"rule": "SP133", "level": "note", "files": ["detektions/**"]}, "levels[0].files", "no file of the pack"),
        ({"rule": "SP133", "level": "note", "files": ["detections/*.yml"]}, "levels[0].files", "no file of the pack"),
    ],
)
def test_a_level_without_effect_is_an_error(tmp_path: Path, entry: dict[str, Any], key: str, words: str) -> None:
    (issue,) = check(tmp_path, levels(entry)).issues
    assert (issue.rule, issue.key, issue.location.file) == ("SP116", key, SETTINGS)
    assert words in issue.message


def test_a_rule_of_the_build_stays_an_error(tmp_path: Path) -> None:
    text = {SHARE: {"search": "x \\\n| `exf_share_leaves_filter`"}}
    found = weights(check(tmp_path, text | levels({"rule": "SP901", "level": "off"})))
    assert ("SP901", "error", SHARE) in found


def test_a_doubled_token_is_a_warning(tmp_path: Path) -> None:
    edits = {SHARE: {"finding.title": "$$user$$ shared with $account$ for $$5"}}
    (issue,) = [issue for issue in check(tmp_path, edits).issues if issue.rule == "SP151"]
    assert (issue.severity.value, issue.cure) == ("warning", "write $user$")


def test_a_stage_that_leaves_the_rows_as_they_are_without_its_field_is_a_warning(tmp_path: Path) -> None:
    search = "`exf_cloud` | stats count by user src account | {} | `exf_share_leaves_filter`"
    for stage, level in (
        ('convert timeformat="%F" ctime(firstTime)', "warning"),
        ('eval firstTime=strftime(firstTime, "%F")', "warning"),
        ("sort 0 count asc", "warning"),
        ("eval later=firstTime+1", "error"),
        ("where firstTime>1", "error"),
    ):
        found = check(tmp_path / level / stage[:5], {SHARE: {"search": search.format(stage)}}).issues
        assert [issue.severity.value for issue in found if issue.rule == "SP224"] == [level], stage
