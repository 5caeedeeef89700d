"""A file that cannot be read makes no other file wrong: what it may name is neither unknown nor unused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checks.example_pack import HOURLY, HUNT, MACRO, NETS, ODD, RISK, SETTINGS, SHARE, STEPS, TRUSTED, TWO, check

BROKEN = {"version": "three"}


def rules_of(tmp_path: Path, edits: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.rule, issue.location.file) for issue in check(tmp_path, edits).issues]


@pytest.mark.parametrize("file", [SHARE, ODD, HUNT, RISK, MACRO, TWO, NETS, TRUSTED, HOURLY, STEPS])
def test_only_the_broken_file_has_an_error(tmp_path: Path, file: str) -> None:
    assert rules_of(tmp_path, {file: BROKEN}) == [("SP009", file)]


def test_what_only_broken_files_use_is_not_unused(tmp_path: Path) -> None:
    detections = dict.fromkeys((SHARE, ODD, HUNT, RISK), BROKEN)
    found = {rule for rule, _ in rules_of(tmp_path, detections)}
    assert not found & {"SP160", "SP167", "SP182", "SP183", "SP196"}


def test_a_silence_for_a_broken_object_is_none_for_nobody(tmp_path: Path) -> None:
    silence = [{"rule": "SP133", "reason": "We know", "objects": ["Share Leaves"]}]
    found = rules_of(tmp_path, {SHARE: BROKEN, SETTINGS: {"silence": silence}})
    assert ("SP119", SETTINGS) not in found
