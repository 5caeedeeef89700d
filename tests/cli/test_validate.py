"""`storypack validate`, run as a person or a CI job runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from storypack import opening
from storypack.cli import main
from tests.checks.example_pack import DELETE, ODD, RISK, SHARE, STORY, variant, write
from tests.git import commit_all, git

BAD = {SHARE: {"version": 0, "mitre_attack_id": []}, ODD: {"version": -1}}  # two errors, one warning


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write(tmp_path / "pack", variant(BAD))


def validate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["validate", *map(str, arguments)])


def rules_of(result: Result) -> list[tuple[str, str]]:
    issues = json.loads(result.stdout)["issues"]
    return [(Path(issue["file"]).stem, issue["rule"]) for issue in issues]


def test_a_good_pack(tmp_path: Path) -> None:
    result = validate("--pack", write(tmp_path, variant({})))
    assert (result.exit_code, result.stdout) == (0, "checked 15 files: no issues\n")


def test_all_problems_come_in_one_run(pack: Path) -> None:
    result = validate("--pack", pack)
    assert result.exit_code == 1
    assert result.stdout.endswith("checked 15 files: 2 errors, 1 warning\n")
    assert "     | version: 0\n     |          ^\n     = start at 1\n" in result.stdout
    assert f"{pack.as_posix()}/{SHARE}\n" in result.stdout


def test_only_what_is_asked_for_is_counted_as_silenced(tmp_path: Path) -> None:
    silence = [{"rule": "SP133", "reason": "It is about no technique."}]
    pack = write(tmp_path, variant({SHARE: {"mitre_attack_id": [], "silence": silence}}))
    assert validate("--pack", pack, "--only", Path(SHARE).stem).stdout.endswith("1 silenced\n")
    assert validate("--pack", pack, "--only", Path(ODD).stem).stdout == "checked 1 file: no issues\n"


def test_warnings_fail_only_when_strict(tmp_path: Path) -> None:
    pack = write(tmp_path, variant({SHARE: {"mitre_attack_id": []}}))
    assert validate("--pack", pack).exit_code == 0
    assert validate("--pack", pack, "--strict").exit_code == 1


@pytest.mark.parametrize(
    ("format", "begins"),
    [("json", "{"), ("sarif", "{"), ("junit", "<?xml"), ("github", "::error file="), ("text", "/")],
)
def test_formats(pack: Path, tmp_path: Path, format: str, begins: str) -> None:
    result = validate("--pack", pack, "--format", format)
    assert result.exit_code == 1
    assert result.stdout.startswith(begins)
    target = tmp_path / "out" / "report"
    written = validate("--pack", pack, "--format", format, "--output", target)
    assert (written.exit_code, written.stdout) == (1, "")
    assert target.read_text(encoding="utf-8") == result.stdout
    assert [file.name for file in target.parent.iterdir()] == ["report"]


def test_files_are_named_from_where_the_user_is(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pack.parent)
    assert validate("--pack", "pack", "--format", "github").stdout.startswith("::error file=pack/detections/")
    monkeypatch.chdir(pack)
    assert validate("--format", "github").stdout.startswith("::error file=detections/")


@pytest.mark.parametrize("which", ["Share Leaves", "share leaves", "share_leaves", SHARE, "share*"])
def test_only_one_object(pack: Path, which: str) -> None:
    result = validate("--pack", pack, "--only", which, "--format", "json")
    assert rules_of(result) == [("share_leaves", "SP104"), ("share_leaves", "SP133")]
    assert json.loads(result.stdout)["summary"]["files"] == 1


@pytest.mark.parametrize(("name", "meant"), [("pack", "--pack pack"), (f"pack/{SHARE}", f"--only pack/{SHARE}")])
def test_a_name_without_an_option_is_explained(
    pack: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    monkeypatch.chdir(pack.parent)
    result = validate(name)
    assert result.exit_code == 2
    assert f" validate {meant}?" in result.stderr


def test_only_a_story(tmp_path: Path) -> None:
    edits = {**BAD, RISK: {"version": 0, "analytic_story": ["Other"]}, STORY: {"version": 0}}
    other = {"stories/other.yml": variant({})[STORY] | {"name": "Other", "id": "c" * 8 + "-cccc-cccc-cccc-" + "c" * 12}}
    pack = write(tmp_path, variant({**edits, **other}))
    result = validate("--pack", pack, "--only", "story:Leaving Data", "--format", "json")
    assert {stem for stem, _ in rules_of(result)} == {"share_leaves", "odd_upload", "leaving_data"}


def test_only_what_names_nothing_is_wrong_usage(pack: Path) -> None:
    result = validate("--pack", pack, "--only", "Share Leafs")
    assert result.exit_code == 2
    assert "did you mean 'Share Leaves'?" in result.stderr


def test_a_broken_file_can_be_chosen(tmp_path: Path) -> None:
    pack = write(tmp_path, variant({SHARE: b"name: [\n"}))
    assert rules_of(validate("--pack", pack, "--only", "share_leaves", "--format", "json")) == [
        ("share_leaves", "SP003")
    ]


def test_only_what_changed(tmp_path: Path) -> None:
    pack = write(tmp_path, variant(BAD))
    commit_all(pack)
    assert rules_of(validate("--pack", pack, "--only", "changed", "--format", "json")) == []
    odd = pack / ODD
    odd.write_text(odd.read_text("utf-8") + "# changed\n", encoding="utf-8")
    assert rules_of(validate("--pack", pack, "--only", "changed", "--format", "json")) == [("odd_upload", "SP104")]
    git(pack, "checkout", "-qb", "topic")
    git(pack, "commit", "-qam", "Second")
    assert rules_of(validate("--pack", pack, "--only", "changed", "--format", "json")) == []
    since = validate("--pack", pack, "--only", "changed:main", "--format", "json")
    assert rules_of(since) == [("odd_upload", "SP104")]


def test_what_the_pack_had_before_is_no_change(tmp_path: Path) -> None:
    """Also what follows from the name of its folder, as the names of an app that says none do."""
    settings = b"app:\n  version: 1.0.0\n"
    pack = write(tmp_path / "our_pack", variant({"storypack.yml": DELETE, "contentctl.yml": settings}))
    commit_all(pack)
    assert rules_of(validate("--pack", pack, "--format", "json")) != []
    (pack / ODD).write_text((pack / ODD).read_text("utf-8") + "# changed\n", encoding="utf-8")
    stems = {stem for stem, _ in rules_of(validate("--pack", pack, "--only", "changed", "--format", "json"))}
    assert "contentctl" not in stems


def test_a_changed_macro_reaches_its_callers(tmp_path: Path) -> None:
    pack = write(tmp_path, variant(BAD))
    commit_all(pack)
    macro = pack / "macros/exf_between.yml"
    macro.write_text(macro.read_text("utf-8") + "# changed\n", encoding="utf-8")
    stems = {stem for stem, _ in rules_of(validate("--pack", pack, "--only", "changed", "--format", "json"))}
    assert stems == {"share_leaves"}


@pytest.mark.parametrize("which", ["changed", "changed:nowhere", "changed:--output=x"])
def test_changed_without_git_history_is_wrong_usage(pack: Path, which: str) -> None:
    result = validate("--pack", pack, "--only", which)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert not (pack / "x").exists()


def test_a_folder_without_a_pack_is_wrong_usage(tmp_path: Path) -> None:
    assert validate("--pack", tmp_path).exit_code == 2
    assert validate("--pack", tmp_path / "nowhere").exit_code == 2


def test_an_output_that_cannot_be_written(pack: Path) -> None:
    result = validate("--pack", pack, "--output", pack / SHARE / "x")
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert "share_leaves.yml: " in result.stderr


def test_rules_explains() -> None:
    runner = CliRunner()
    listed = runner.invoke(main, ["rules"])
    assert listed.exit_code == 0 and "SP104  error    Version below 1" in listed.stdout
    explained = runner.invoke(main, ["rules", "sp104"])
    assert explained.stdout.startswith("SP104 (error, policy): Version below 1\n")
    assert runner.invoke(main, ["rules", "SP999"]).exit_code == 2
    assert {"id", "why", "example"} <= json.loads(runner.invoke(main, ["rules", "--format", "json"]).stdout)[0].keys()


def test_a_file_that_may_not_be_read_is_reported_without_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = write(tmp_path, variant({}))
    real = opening.open_plain

    def refuse(path: Path, *given: Any, **named: Any) -> Any:
        if path.name == "exf_nets.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)

    monkeypatch.setattr(opening, "open_plain", refuse)
    result = CliRunner().invoke(main, ["validate", "--pack", str(pack)])
    assert result.exit_code == 1
    assert "exf_nets.csv\n  error SP193 the file cannot be read: permission denied\n" in result.stdout
