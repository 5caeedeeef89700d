"""The store in a folder of the user's choice, which goes from one machine to another with a key in the environment."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from storypack.store import FOLDER, KEY_VARIABLE, Store, tool_digest

KEY = "a key that only this pipeline has"
KEPT = {"rows": [1, "two"]}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def another_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))


def test_a_folder_that_is_restored_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    Store.of(tmp_path / "pack", "tool", tmp_path / "kept").save("x.json", KEPT)
    shutil.copytree(tmp_path / "kept", tmp_path / "restored")
    another_machine(monkeypatch, tmp_path)
    restored = Store.of(tmp_path / "elsewhere", "tool", tmp_path / "restored")
    assert restored.load("x.json") == KEPT
    assert Store.of(tmp_path, "newer tool", tmp_path / "restored").load("x.json") == {}
    monkeypatch.setenv(KEY_VARIABLE, KEY + "?")
    assert restored.load("x.json") == {}
    monkeypatch.delenv(KEY_VARIABLE)
    assert restored.load("x.json") == {}


def test_a_key_that_others_could_guess_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "short")
    store = Store.of(tmp_path, "tool", tmp_path / "kept")
    store.save("x.json", KEPT)
    assert store.load("x.json") == KEPT  # with the user's own key
    another_machine(monkeypatch, tmp_path)
    assert store.load("x.json") == {}


def test_what_was_changed_or_cut_off_is_not_used(tmp_path: Path) -> None:
    store = Store.of(tmp_path, "tool")
    store.save("x.json", KEPT)
    store.save("y.json", KEPT)
    path = tmp_path / FOLDER / "x.json"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], whole.replace(b"two", b"six"), b"\0" * 50):
        path.write_bytes(damaged)
        assert store.load("x.json") == {}
    path.write_bytes((tmp_path / FOLDER / "y.json").read_bytes())  # sealed, but as something else
    assert store.load("x.json") == {}


def test_the_tool_is_what_it_is_made_of() -> None:
    stages = tool_digest(("spl",), (), ())
    assert len({stages, tool_digest(("conf",), (), ()), tool_digest(("spl",), ("PyYAML",), ())}) == 3
    assert tool_digest(("spl",), (), ()) == stages
