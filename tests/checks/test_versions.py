"""Versions against the pack as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from storypack.checks.run import run_checks
from storypack.issue import Issue
from storypack.pack.load import load_pack
from tests.checks.example_pack import HOURLY, MACRO, SHARE, STORY, TODAY, base, variant, write

DAY = TODAY.isoformat()
OTHER = base()[SHARE]["search"].replace("| ", "| head 5\n| ", 1)


def versions(folder: Path, edits: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Issue]:
    """What SP128 says of the base pack (after the edits `before`) when these edits come."""
    earlier = load_pack(write(folder / "before", variant(before or {}))).pack
    loaded = load_pack(write(folder / "after", variant({**(before or {}), **edits})))
    assert not loaded.issues
    return [issue for issue in run_checks(loaded.pack, TODAY, earlier=earlier).issues if issue.rule == "SP128"]


@pytest.mark.parametrize(
    ("file", "edit", "what"),
    [
        (SHARE, {"search": OTHER}, "search changed"),
        (SHARE, {"finding.entity.score": 55}, "finding changed"),
        (SHARE, {"throttling": {"fields": ["user"], "period": "2h"}}, "throttling changed"),
        (HOURLY, {"earliest_time": "-2h"}, "time window changed"),
        (MACRO, {"definition": "index=other"}, "definition changed"),
    ],
)
def test_another_meaning_needs_a_new_version(file: str, edit: dict[str, Any], what: str, tmp_path: Path) -> None:
    (issue,) = versions(tmp_path, {file: edit})
    assert (issue.location.file, issue.key) == (file, "version")
    assert what in issue.message
    assert "version is still 1" in issue.message
    assert f"`version: 2` and `modification_date: {DAY}`" in issue.cure
    assert not versions(tmp_path / "raised", {file: {**edit, "version": 2, "modification_date": DAY}})


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        (SHARE, {"description": "Said otherwise."}),
        (SHARE, {"search": base()[SHARE]["search"].replace("\n| ", "   |  ").strip() + "\n\n"}),
        (SHARE, {"name": "Share Leaves Us"}),
        (STORY, {"narrative": "Another."}),
    ],
)
def test_texts_for_people_and_layout_need_none(file: str, edit: dict[str, Any], tmp_path: Path) -> None:
    assert not versions(tmp_path, {file: edit})


def test_a_version_never_goes_back(tmp_path: Path) -> None:
    (issue,) = versions(tmp_path, {SHARE: {"version": 2}}, before={SHARE: {"version": 3}})
    assert "version is 2; it was 3 before" in issue.message


@pytest.mark.parametrize(
    ("days", "severity", "message"),
    [(-1, "error", "went back to"), (0, "warning", "is still"), (1, "", "")],
)
def test_the_date_moves_on_with_the_version(days: int, severity: str, message: str, tmp_path: Path) -> None:
    old = TODAY - dt.timedelta(days=9)
    new = {"search": OTHER, "version": 2, "modification_date": (old + dt.timedelta(days=days)).isoformat()}
    then = {"creation_date": "2020-01-01", "modification_date": old.isoformat()}
    issues = versions(tmp_path, {SHARE: {**then, **new}}, before={SHARE: then})
    assert [(issue.severity.value, message in issue.message) for issue in issues] == (
        [(severity, True)] * bool(message)
    )


def test_new_objects_and_packs_without_a_past_need_none(tmp_path: Path) -> None:
    assert not versions(tmp_path, {SHARE: {"id": "0c9b2e0e-5f1e-4b7e-9d55-0d6a3c1f7f99", "search": OTHER}})
    loaded = load_pack(write(tmp_path / "alone", variant({SHARE: {"search": OTHER}})))
    assert "SP128" not in {issue.rule for issue in run_checks(loaded.pack, TODAY).issues}
