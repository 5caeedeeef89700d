"""`storypack build` and `storypack inspect`, run as a person or a CI job runs them."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storypack.app_build import inspect as appinspect
from storypack.app_build.inspect import Finding, Inspection
from storypack.cli import main

PACK = Path(__file__).parent / "pack"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def test_the_package_goes_to_dist_and_is_described(pack: Path) -> None:
    result = run("build", "--pack", pack)
    package = pack / "dist" / "example_pack-2.3.4.tar.gz"
    data = package.read_bytes()
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        str(package),
        "  4 detections, 1 story, 1 baseline, 1 investigation, 6 macros, 3 lookups",
        f"  {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}",
    ]


def test_json_has_the_same_facts(pack: Path, tmp_path: Path) -> None:
    result = run("build", "--pack", pack, "--output", tmp_path / "out", "--format", "json")
    facts = json.loads(result.stdout)
    data = Path(facts["package"]).read_bytes()
    assert (facts["size"], facts["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert facts["counts"]["detections"] == 4
    assert not (pack / "dist").exists()


def test_nothing_is_written_while_there_are_errors(pack: Path) -> None:
    detection = pack / "detections" / "cloud" / "bucket_opened.yml"
    detection.write_text(detection.read_text().replace("version: 3", "version: three"))
    result = run("build", "--pack", pack)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "bucket_opened.yml" in result.stderr
    assert "     | version: three" in result.stderr
    assert result.stderr.endswith("nothing was built: the pack has errors\n")
    assert not (pack / "dist").exists()
    issues = json.loads(run("build", "--pack", pack, "--format", "json").stdout)["issues"]
    assert [issue["key"] for issue in issues] == ["version"]


def test_a_text_that_conf_cannot_carry_is_an_issue_of_its_file(pack: Path) -> None:
    story = pack / "stories" / "example_story.yml"
    story.write_text(story.read_text().replace("narrative: The long form.", "narrative: It is in C:\\Temp\\"))
    result = run("build", "--pack", pack)
    assert result.exit_code == 1
    assert "example_story.yml" in result.stderr
    assert "backslash" in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_that_is_no_pack(tmp_path: Path) -> None:
    result = run("build", "--pack", tmp_path)
    assert result.exit_code == 2
    assert "no pack" in result.stderr


def test_an_output_that_is_a_file(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("build", "--pack", pack, "--output", tmp_path / "file").exit_code == 2
    assert run("build", "--pack", pack, "--output", tmp_path / "file" / "below").exit_code == 2


def test_inspect_wants_a_package(pack: Path) -> None:
    result = run("inspect", "--pack", pack)
    assert result.exit_code == 2
    assert "storypack build" in result.stderr


def test_inspect_takes_the_settings_of_other_tools(tmp_path: Path) -> None:
    """That these do not say all is a note, and no reason to refuse."""
    pack = Path(shutil.copytree(PACK.parents[1] / "fixtures/old_pack", tmp_path / "pack"))
    assert "DA-ESS-ExampleCloud-2.4.0.tar.gz does not exist" in run("inspect", "--pack", pack).stderr


def test_inspect_without_the_extra(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("build", "--pack", pack)
    monkeypatch.setattr(appinspect, "find_spec", lambda name: None)
    result = run("inspect", "--pack", pack)
    assert result.exit_code == 2
    assert f"pip install '{Path(__file__).parents[2]}[inspect]'" in result.stderr


@pytest.mark.parametrize(("results", "code"), [({"warning": 1}, 0), ({"failure": 1, "warning": 1}, 1)])
def test_inspect_shows_each_finding_once(
    pack: Path, monkeypatch: pytest.MonkeyPatch, results: dict[str, int], code: int
) -> None:
    run("build", "--pack", pack)
    found = tuple(Finding(result, f"check_{result}", "Look at this.") for result in results)
    monkeypatch.setattr(appinspect, "inspect", lambda package, tags: Inspection(tags, results, found))
    result = run("inspect", "--pack", pack)
    assert result.exit_code == code
    assert result.stdout.count("warning: check_warning\n    Look at this.") == 1
    assert ("every check: passed" if code == 0 else "every check: FAILED") in result.stdout
    runs = json.loads(run("inspect", "--pack", pack, "--format", "json").stdout)["runs"]
    assert [one["passed"] for one in runs] == [code == 0] * 3


def test_another_tool_s_pack_is_built_in_spite_of_its_searches(pack: Path) -> None:
    detection = pack / "detections" / "cloud" / "bucket_opened.yml"
    detection.write_text(detection.read_text().replace("search: |", "search: |\n  | statz x\n  #", 1))
    settings = pack / "storypack.yml"
    assert run("build", "--pack", pack).exit_code == 1
    settings.write_text(settings.read_text() + "profile: compatible\n")
    result = run("build", "--pack", pack)
    assert result.exit_code == 0, result.output
    assert "in spite of" in result.stderr
    assert "error" in result.stderr
    detection.write_text(detection.read_text().replace("version: 3", "version: three"))
    result = run("build", "--pack", pack)
    assert (result.exit_code, "nothing was built" in result.stderr) == (1, True)
