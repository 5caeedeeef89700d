"""Detections of the pack, each broken in one place: what their authors read, as files beside this one.

After a change that is meant, `python -m tests.testing.breaks` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from .breaks import BREAKS, SNAPSHOTS, Break, copy_pack, report_of


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack")
    copy_pack(folder)
    return folder


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name)
def test_the_message_says_what_to_mend(broken: Break, pack: Path) -> None:
    assert report_of(broken, pack) == (SNAPSHOTS / f"{broken.name}.txt").read_text(encoding="utf-8")


def test_each_snapshot_has_its_break() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.txt")} == {broken.name for broken in BREAKS}


def test_each_snapshot_names_a_place_and_a_reason() -> None:
    for path in SNAPSHOTS.glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(("FAILED ", "NOT RUN ")), path.name
        assert ".yml:" in lines[0], path.name
        assert len(lines[1]) > 10, path.name
