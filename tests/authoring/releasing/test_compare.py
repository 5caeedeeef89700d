"""What differs between two states of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from storypack.authoring.releasing.compare import Change, Release, bumped, compare
from storypack.pack.load import load_pack
from tests.checks.example_pack import DELETE, HUNT, ODD, SHARE, STORY, TWO, base, variant, write

GOING = {"reason": "Too loud", "removed_in_version": "3.0.0", "replacement_content": ["Share Leaves"]}
OTHER = base()[SHARE]["search"].replace("| ", "| head 5\n| ", 1)


def released(folder: Path, edits: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Release:
    early = load_pack(write(folder / "early", variant(before or {}))).pack
    return compare(early, load_pack(write(folder / "late", variant(edits))).pack)


def test_the_same_pack_brings_nothing(tmp_path: Path) -> None:
    release = released(tmp_path, {})
    assert release.is_empty
    assert release.part == "patch"


def test_what_is_new(tmp_path: Path) -> None:
    release = released(tmp_path, {}, before={ODD: DELETE})
    assert release.new == (Change("detection", "Odd Upload"),)
    assert (release.changed, release.removed, release.part) == ((), (), "minor")


def test_what_does_something_else(tmp_path: Path) -> None:
    release = released(tmp_path, {SHARE: {"search": OTHER, "finding.entity.score": 7, "version": 2}})
    assert release.changed == (Change("detection", "Share Leaves", "", ("search", "finding"), (1, 2)),)
    assert release.part == "minor"


def test_another_name_is_a_change_and_no_end(tmp_path: Path) -> None:
    release = released(tmp_path, {SHARE: {"name": "Share Goes"}})
    assert release.changed == (Change("detection", "Share Goes", "Share Leaves", (), (1, 1)),)
    assert (release.new, release.removed, release.part) == ((), (), "major")


def test_what_is_on_its_way_out_is_said_once(tmp_path: Path) -> None:
    release = released(tmp_path, {ODD: {"status": "deprecated", "deprecation_info": GOING}})
    (leaving,) = release.deprecated
    assert (leaving.name, leaving.replacements, leaving.removed_in) == ("Odd Upload", ("Share Leaves",), "3.0.0")
    assert (release.revised, release.part) == ((), "minor")


def test_what_is_gone_keeps_what_was_said_of_its_end(tmp_path: Path) -> None:
    before = {ODD: {"status": "deprecated", "deprecation_info": GOING}}
    release = released(tmp_path, {ODD: DELETE}, before)
    (gone,) = release.removed
    assert (gone.name, gone.replacements, gone.reason) == ("Odd Upload", ("Share Leaves",), "Too loud")
    assert release.part == "major"


def test_other_words_are_a_revision(tmp_path: Path) -> None:
    release = released(tmp_path, {STORY: {"description": "Said anew."}, HUNT: {"version": 2}, TWO: {"author": "Jo"}})
    assert [(change.kind, change.name) for change in release.revised] == [
        (kind, base()[file]["name"]) for kind, file in (("story", STORY), ("macro", TWO))
    ]
    assert release.part == "patch"


@pytest.mark.parametrize(("part", "version"), [("major", "2.0.0"), ("minor", "1.5.0"), ("patch", "1.4.10")])
def test_the_next_version(part: str, version: str) -> None:
    assert bumped("1.4.9", part) == version
