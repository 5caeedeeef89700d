"""What git says was changed in a pack, how far that reaches, and the pack as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storypack.authoring.changes import GitError, changes
from storypack.authoring.selection import chosen_files
from storypack.pack.load import load_pack
from tests.checks.example_pack import (
    HOURLY,
    HUNT,
    MACRO,
    NETS,
    NETS_CSV,
    ODD,
    RISK,
    SETTINGS,
    SHARE,
    SOURCE,
    STORY,
    TRUSTED_CSV,
    TWO,
    variant,
    write,
)
from tests.git import commit_all, git


def repository(folder: Path, edits: dict[str, Any] | None = None) -> Path:
    pack = write(folder, variant(edits or {}))
    commit_all(pack)
    return pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return repository(tmp_path / "pack")


def chosen(pack: Path, which: str = "changed") -> frozenset[str]:
    files = chosen_files(load_pack(pack).pack, [which])
    assert files is not None
    return files


def edit(pack: Path, path: str, old: str, new: str) -> None:
    text = (pack / path).read_text("utf-8")
    assert old in text
    (pack / path).write_text(text.replace(old, new), encoding="utf-8")


def test_a_clean_pack_has_no_changes(pack: Path) -> None:
    assert chosen(pack) == frozenset()


def test_a_macro_reaches_its_callers_through_macros(pack: Path) -> None:
    (pack / MACRO).unlink()
    assert {MACRO, TWO, SHARE, ODD, HUNT, RISK} <= chosen(pack)


def test_a_macro_that_is_called_otherwise_reaches_those_who_call_the_old_name(pack: Path) -> None:
    edit(pack, TWO, "name: exf_between", "name: exf_over")
    assert {TWO, SHARE} <= chosen(pack)
    assert ODD not in chosen(pack)


def test_both_names_of_a_renamed_file_count(pack: Path) -> None:
    git(pack, "mv", NETS_CSV, "lookups/exf_networks.csv")
    assert {NETS_CSV, "lookups/exf_networks.csv", NETS, SHARE} <= chosen(pack)


def test_a_csv_reaches_whoever_looks_it_up(pack: Path) -> None:
    (pack / TRUSTED_CSV).write_text("account,owner\n1,Lab\n", encoding="utf-8")
    assert SHARE in chosen(pack)
    assert HUNT not in chosen(pack)


@pytest.mark.parametrize("path", [HOURLY, SOURCE])
def test_a_schedule_or_data_source_that_went_away_reaches_who_names_it(pack: Path, path: str) -> None:
    (pack / path).unlink()
    assert {SHARE, ODD, HUNT, RISK} <= chosen(pack)


def test_settings_reach_everything(pack: Path) -> None:
    edit(pack, SETTINGS, "1.0.0", "1.0.1")
    assert chosen(pack) >= {entry.path for entry in load_pack(pack).pack.entries()}


def test_a_story_reaches_searches_over_risk_and_none_that_only_belong_to_it(pack: Path) -> None:
    edit(pack, STORY, "Data leaves.", "Data leaves at night.")
    assert chosen(pack) == {STORY, RISK}


def test_a_detection_reaches_searches_over_risk(tmp_path: Path) -> None:
    search = "| from datamodel:Risk | stats count by user | `exf_much_risk_filter`"
    pack = repository(tmp_path / "pack", {RISK: {"search": search}})
    edit(pack, ODD, "count by user", "count by user src")
    assert RISK in chosen(pack)


def test_a_detection_reaches_searches_over_risk_that_name_another(tmp_path: Path) -> None:
    plain = load_pack(write(tmp_path / "plain", variant({}))).pack
    names = [plain.stanza(each) for each in plain.detections if each.path not in (ODD, RISK)]
    search = f'index=risk NOT source="{names[0]}" | stats count by user | `exf_much_risk_filter`'
    pack = repository(tmp_path / "pack", {RISK: {"search": search}})
    edit(pack, ODD, "count by user", "count by user src")
    assert RISK in chosen(pack)


def test_events_that_git_ignores_may_have_changed(pack: Path) -> None:
    (pack / ".gitignore").write_text("*.jsonl\n", encoding="utf-8")
    git(pack, "rm", "-q", "--cached", "tests/data/hot.jsonl")
    git(pack, "add", ".gitignore")
    git(pack, "commit", "-qm", "Second")
    assert {SHARE, ODD} <= chosen(pack)


def test_content_that_git_ignores_may_have_changed(pack: Path) -> None:
    (pack / ".gitignore").write_text("local.yml\n", encoding="utf-8")
    (pack / "macros/local.yml").write_bytes((pack / MACRO).read_bytes())
    assert "macros/local.yml" in chosen(pack)


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    pack = write(tmp_path, variant({}))
    git(pack, "init", "-q")
    git(pack, "add", SHARE)
    assert {SHARE, ODD} <= chosen(pack)
    assert changes(pack).old_texts() == {}


def test_a_branch_that_is_not_here(pack: Path) -> None:
    with pytest.raises(GitError, match="no branch or commit 'origin/main' here; fetch it"):
        changes(pack, "origin/main")


def test_branches_without_a_common_commit(pack: Path) -> None:
    git(pack, "checkout", "-q", "--orphan", "other")
    git(pack, "commit", "-qm", "Another first")
    with pytest.raises(GitError, match="no commit in common here; fetch the whole history"):
        changes(pack, "main")


def test_the_pack_as_it_was(pack: Path, tmp_path: Path) -> None:
    before = {path: (pack / path).read_bytes() for path in (SHARE, ODD, HUNT)}
    edit(pack, SHARE, "count by user", "count by src")
    (pack / ODD).unlink()
    (pack / "macros/new.yml").write_text("name: new\n", encoding="utf-8")
    changed = changes(pack)
    changed.write_base(tmp_path / "base")
    assert {path: (tmp_path / "base" / path).read_bytes() for path in before} == before
    assert not (tmp_path / "base/macros/new.yml").exists()
    assert changed.old_texts() == {path: before[path].decode() for path in (SHARE, ODD)}


def test_a_pack_in_a_subfolder(tmp_path: Path) -> None:
    write(tmp_path / "content/pack", variant({}))
    repository(tmp_path, {})
    (tmp_path / "README.md").write_text("x\n", encoding="utf-8")
    pack = tmp_path / "content/pack"
    (pack / TWO).unlink()
    assert changes(pack).files == {TWO}
    changes(pack).write_base(tmp_path / "base")
    assert (tmp_path / "base" / TWO).is_file() and not (tmp_path / "base/content").exists()
