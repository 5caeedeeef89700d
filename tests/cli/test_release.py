"""`storypack release` and `validate --since`, in a repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.cli import main
from tests.checks.example_pack import ODD, SETTINGS, SHARE, base, write


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Pack Author", "-c", "user.email=author@example.com"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    pack = write(tmp_path / "pack", base())
    git(pack, "init", "-q", "-b", "main")
    git(pack, "add", ".")
    git(pack, "commit", "-qm", "First")
    git(pack, "tag", "v1.0.0")
    return pack


def edit(pack: Path, file: str, old: str, new: str) -> None:
    text = (pack / file).read_text("utf-8")
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def version_of(pack: Path) -> str:
    lines = (pack / SETTINGS).read_text("utf-8").splitlines()
    return next(line.split(": ")[1].strip("'") for line in lines if line.startswith("version: "))


def test_notes_and_version_are_written_once(pack: Path) -> None:
    before = version_of(pack)
    major, minor, _ = before.split(".")
    wanted = f"{major}.{int(minor) + 1}.0"
    edit(pack, SHARE, "score: ", "score: 1")
    shown = run("release", "--pack", str(pack))
    assert shown.exit_code == 0, shown.output
    assert f"## {wanted} (" in shown.stdout
    assert "- detection **Share Leaves**: finding (version 1, as before)" in shown.stdout
    assert "Share Leaves changed without a new version" in shown.stderr
    assert version_of(pack) == before
    assert not (pack / "CHANGELOG.md").exists()

    assert run("release", "--pack", str(pack), "--write").exit_code == 0
    assert version_of(pack) == wanted
    log = (pack / "CHANGELOG.md").read_text("utf-8")
    again = run("release", "--pack", str(pack), "--write")
    assert again.exit_code == 0, again.output
    assert (version_of(pack), (pack / "CHANGELOG.md").read_text("utf-8")) == (wanted, log)


def test_what_is_gone_asks_for_a_major_version(pack: Path) -> None:
    (pack / ODD).unlink()
    told = json.loads(run("release", "--pack", str(pack), "--format", "json").stdout)
    major = int(version_of(pack).split(".")[0])
    assert (told["version"], told["part"], told["since"]) == (f"{major + 1}.0.0", "major", "v1.0.0")
    assert [change["name"] for change in told["removed"]] == ["Odd Upload"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--to", "one"), "'one' is no version"),
        (("--to", "0.0.1"), "0.0.1 is not above"),
        (("--since", "v9"), "git knows no branch or commit 'v9' here"),
        (("--since=--output=x",), "is not a branch or commit"),
    ],
)
def test_wrong_usage_is_refused(arguments: tuple[str, ...], reason: str, pack: Path) -> None:
    refused = run("release", "--pack", str(pack), *arguments)
    assert refused.exit_code == 2
    assert reason in " ".join(refused.stderr.split())


def test_a_repository_without_tags_needs_a_start(pack: Path) -> None:
    git(pack, "tag", "-d", "v1.0.0")
    refused = run("release", "--pack", str(pack))
    assert refused.exit_code == 2
    assert "name a release with --since" in refused.stderr


def test_nothing_new_writes_nothing(pack: Path) -> None:
    result = run("release", "--pack", str(pack), "--write")
    assert result.exit_code == 0
    assert "nothing differs from v1.0.0" in result.stderr
    assert not (pack / "CHANGELOG.md").exists()


def test_validate_compares_versions_with_a_commit(pack: Path) -> None:
    edit(pack, SHARE, "score: ", "score: 1")
    assert "SP128" not in run("validate", "--pack", str(pack)).output
    result = run("validate", "--pack", str(pack), "--since", "main")
    assert result.exit_code == 1
    assert "SP128" in result.output
    assert "finding changed, and version is still 1" in result.output
    edit(pack, SHARE, "version: 1", "version: 2")
    assert "version is still" not in run("validate", "--pack", str(pack), "--since", "v1.0.0").output
