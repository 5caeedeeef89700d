"""What the shell completes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from storypack.cli import main
from tests.checks.example_pack import variant, write


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write(tmp_path / "pack", variant({})))
    return tmp_path


def completed(*words: str) -> list[str]:
    *before, incomplete = words
    shell = ShellComplete(main, {}, "storypack", "_STORYPACK_COMPLETE")
    return [item.value for item in shell.get_completions(before, incomplete)]


def test_names_are_completed() -> None:
    assert completed("test", "--only", "") == [
        *("changed", "story:", "hunt_for_long_names", "learn_normal", "much_risk", "odd_upload", "share_leaves"),
        "where_did_it_go",
    ]
    assert completed("validate", "--only", "sh") == ["share_leaves"]
    assert completed("hunt", ".", "--only", "story:l") == ["story:leaving_data"]
    assert completed("explain", "l") == ["learn_normal"]
    assert completed("investigate", "") == ["where_did_it_go"]
    assert completed("rules", "sp00") == [
        "SP001",
        "SP002",
        "SP003",
        "SP004",
        "SP005",
        "SP006",
        "SP007",
        "SP008",
        "SP009",
    ]


def test_the_pack_may_be_elsewhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    assert completed("explain", "share") == []
    assert completed("explain", "--pack", "pack", "share") == ["share_leaves"]


def test_packs_that_were_brought_in_are_completed(here: Path) -> None:
    for name in ("cloud", "network"):
        (here / "pack/.upstream" / name).mkdir(parents=True)
    assert completed("upstream", "update", "") == ["cloud", "network"]
    assert completed("upstream", "update", "n") == ["network"]
