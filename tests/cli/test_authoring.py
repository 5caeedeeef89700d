"""`storypack new` and `storypack schema`: what authors start with."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from storypack.cli import main
from storypack.pack.kinds import BY_NAME, KINDS
from storypack.pack.yaml import parse
from tests.checks.example_pack import STORY, base, variant, write

ROOT = Path(__file__).parents[2]
FOLDERS = {kind.folder: kind.name for kind in KINDS}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write(tmp_path, variant({}))


@pytest.mark.parametrize("type", ["TTP", "Anomaly", "Hunting", "Correlation"])
@pytest.mark.parametrize("source", [[], ["--data-source", "Cloud API"]])
def test_a_new_detection_passes_validate(pack: Path, type: str, source: list[str]) -> None:
    source = [] if type == "Correlation" else source
    name = "Mail: 'All' of It & More"
    made = run("new", "detection", name, "--pack", pack, "--type", type, "--category", "web", *source)
    assert made.exit_code == 0, made.output
    stem = "mail_all_of_it_more"
    result = run("validate", "--pack", pack, "--format", "json")
    issues = [issue for issue in json.loads(result.stdout)["issues"] if issue["severity"] != "note"]
    # without a data source it reads all indexes until somebody names one
    allowed = {"SP163"} if source else {"SP163", "SP301"}
    assert [issue for issue in issues if issue["rule"] not in allowed] == []
    text = (pack / f"detections/web/{stem}.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["name"] == name
    assert f"`exf_{stem}_filter`" in text
    for end in ("fires", "silent"):
        for line in (pack / f"tests/data/web/{stem}_{end}.jsonl").read_text("utf-8").splitlines():
            json.loads(line)


SOURCES = [
    "AWS CloudTrail CopyObject",
    "Google Workspace Drive Activity",
    "Microsoft 365 New-InboxRule",
    "Powershell Script Block Logging 4104",
    "Splunk Stream HTTP",
    "Sysmon EventID 22",
    "Sysmon for Linux EventID 1",
    "Windows Event Log Security 4688",
    "Zeek DNS",
]


def test_the_tests_of_a_new_detection_pass_in_each_data_source_s_shape(tmp_path: Path) -> None:
    for name in (*FOLDERS, "storypack.yml"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        elif source.is_file():
            shutil.copy(source, tmp_path / name)
    for source_name in SOURCES:
        given = ("--pack", tmp_path, "--data-source", source_name, "--story", "Data Exfiltration")
        made = run("new", "detection", f"New {source_name}", *given)
        assert made.exit_code == 0, made.output
    result = run("test", "--pack", tmp_path, "--only", "new_*", "--jobs", "1", "--format", "json")
    tests = json.loads(result.stdout)["results"]
    assert len(tests) == 2 * len(SOURCES)
    assert {f"{one['search']}: {one['test']}" for one in tests if one["outcome"] != "passed"} == set()


def test_a_new_correlation_starts_on_the_risk_index(tmp_path: Path) -> None:
    assert run("new", "pack", tmp_path / "pack").exit_code == 0
    pack = tmp_path / "pack"
    refused = run("new", "detection", "Many Signs", "--pack", pack, "--type", "Correlation", "--data-source", "X")
    assert refused.exit_code == 2 and "reads the risk" in refused.output
    assert run("new", "detection", "Many Signs", "--pack", pack, "--type", "Correlation").exit_code == 0
    text = (pack / "detections/cloud/many_signs.yml").read_text(encoding="utf-8")
    assert "datamodel=Risk.All_Risk" in text
    issues = json.loads(run("validate", "--pack", pack, "--format", "json").stdout)["issues"]
    assert issues == []
    result = run("test", "--pack", pack, "--only", "many_signs", "--jobs", "1", "--format", "json")
    assert [one["outcome"] for one in json.loads(result.stdout)["results"]] == ["passed", "passed"]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_each_kind_passes_validate_in_a_new_pack(tmp_path: Path, kind: str) -> None:
    pack = tmp_path / "cloud-exits"
    assert run("new", "pack", pack).exit_code == 0
    made = run("new", kind, "ce_new_one", "--pack", pack)
    assert made.exit_code == 0, made.output
    issues = json.loads(run("validate", "--pack", pack, "--format", "json").stdout)["issues"]
    assert {issue["rule"] for issue in issues} <= {"SP113", "SP167", "SP182", "SP183", "SP301"}


def test_a_baseline_brings_its_lookup(pack: Path) -> None:
    assert run("new", "baseline", "Usual Uploads", "--pack", pack, "--data-source", "Cloud API").exit_code == 0
    text = (pack / "baselines/usual_uploads.yml").read_text("utf-8")
    assert "| outputlookup exf_usual_uploads" in text and "`exf_cloud`" in text
    assert yaml.safe_load((pack / "lookups/exf_usual_uploads.yml").read_text("utf-8"))["lookup_type"] == "kvstore"
    assert json.loads(run("validate", "--pack", pack, "--format", "json", "--strict").stdout)["issues"] == []


@pytest.mark.parametrize("written", ["data_source", "data-source"])
def test_a_data_source_is_spelt_either_way(pack: Path, written: str) -> None:
    assert run("new", written, "New Source", "--pack", pack).exit_code == 0
    assert (pack / "data_sources/new_source.yml").is_file()
    assert json.loads(run("schema", written).stdout)["title"] == "DataSource"


@pytest.mark.parametrize(
    "folder", ["cloud-exits", "x", "Höhle 7", "2026", "Old News", "con", "___", "a" * 200, "new\nline", "日本"]
)
def test_a_new_pack_is_whole(tmp_path: Path, folder: str) -> None:
    """It validates without a word, its tests pass, it builds, and all that is made in it fits in."""
    pack = tmp_path / folder
    made = run("new", "pack", pack, "--author", 'Zoë O\'Neil: "Blue" Team')
    assert made.exit_code == 0, made.output
    assert shlex.split(made.stdout.partition("next: ")[2])[:3] == ["cd", pack.as_posix(), "&&"]
    assert json.loads(run("validate", "--pack", pack, "--format", "json").stdout)["issues"] == []
    tested = run("test", "--pack", pack, "-j", "1")
    assert tested.exit_code == 0, tested.output
    assert "2 passed" in tested.output
    assert run("build", "--pack", pack).exit_code == 0
    again = run("new", "pack", pack)
    assert again.exit_code == 2
    assert "nothing was written" in again.stderr


@pytest.mark.parametrize("author", ["", " ", "a\nb", "\x1b[31m"])
def test_an_author_is_one_line(tmp_path: Path, author: str) -> None:
    assert run("new", "pack", tmp_path / "pack", "--author", author).exit_code == 2
    assert not (tmp_path / "pack").exists()


def test_a_pack_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = run("new", "pack", tmp_path / "file")
    assert (result.exit_code, result.exception.__class__) == (2, SystemExit)


def test_nothing_is_overwritten(pack: Path) -> None:
    assert run("new", "macro", "exf_one", "--pack", pack).exit_code == 0
    before = (pack / "macros/exf_one.yml").read_text("utf-8")
    again = run("new", "macro", "exf_one", "--pack", pack)
    assert again.exit_code == 2
    assert "nothing was written" in again.stderr
    assert (pack / "macros/exf_one.yml").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["detection", "[evil]"], "may hold only"),
        (["detection", "../up"], "may hold only"),
        (["detection", "a\nb"], "may hold only"),
        (["macro", "one"], "call it exf_one"),
        (["lookup", "exf_../x"], "may hold only"),
        (["detection", "A" * 200], "200 characters"),
        (["detection", "A", "--story", "Leaving Date"], "did you mean 'Leaving Data'?"),
        (["detection", "A", "--data-source", "Cloud APY"], "did you mean 'Cloud API'?"),
        (["detection", "A", "--type", "ttp2"], "--type"),
    ],
)
def test_what_is_refused(pack: Path, arguments: list[str], said: str) -> None:
    before = sorted(pack.rglob("*"))
    result = run("new", *arguments, "--pack", pack)
    assert result.exit_code == 2
    assert said in result.stderr
    assert sorted(pack.rglob("*")) == before


def test_a_story_must_be_chosen_among_several(tmp_path: Path) -> None:
    other = base()[STORY] | {"name": "Other", "id": "d" * 8 + "-dddd-dddd-dddd-" + "d" * 12}
    pack = write(tmp_path, variant({"stories/other.yml": other}))
    assert "Leaving Data, Other" in run("new", "detection", "A B", "--pack", pack).stderr
    assert run("new", "detection", "A B", "--story", "Other", "--pack", pack).exit_code == 0


def test_outside_of_a_pack(tmp_path: Path) -> None:
    result = run("new", "detection", "A B", "--pack", tmp_path)
    assert result.exit_code == 2
    assert "storypack.yml" in result.stderr


def content_files() -> list[tuple[str, Path]]:
    files = [(kind, path) for folder, kind in FOLDERS.items() for path in sorted((ROOT / folder).rglob("*.yml"))]
    return [*files, ("settings", ROOT / "storypack.yml")]


@pytest.mark.parametrize("kind", list(BY_NAME))
def test_the_pack_itself_fits_the_schema(kind: str) -> None:
    schema = json.loads(run("schema", kind).stdout)
    validator = jsonschema.Draft7Validator(schema)
    assert jsonschema.validators.validator_for(schema) is type(validator)
    validator.check_schema(schema)
    for path in [path for of, path in content_files() if of == kind]:
        data, _ = parse(path.read_text(encoding="utf-8"))
        assert [error.message for error in validator.iter_errors(data)] == [], path


@pytest.mark.parametrize(
    "edit", [{"naem": "x"}, {"version": "one"}, {"finding": {"titel": "x"}}, {"type": "Rule"}, {"tests": [{"name": 1}]}]
)
def test_the_schema_refuses_mistakes(edit: dict[str, Any]) -> None:
    schema = json.loads(run("schema", "detection").stdout)
    good = base()["detections/cloud/share_leaves.yml"]
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid(good)
    assert not validator.is_valid(good | edit)


def test_a_schema_is_written_to_a_file(tmp_path: Path) -> None:
    assert run("schema", "story", "-o", tmp_path / "a" / "story.json").exit_code == 0
    assert json.loads((tmp_path / "a" / "story.json").read_text("utf-8"))["title"] == "Story"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Odd Upload", "detection"), ("learn_normal", "baseline"), ("exf_cloud", "macro"), ("hourly", "schedule")],
)
def test_a_new_overlay_changes_what_it_names(pack: Path, name: str, kind: str) -> None:
    made = run("new", "overlay", name, "--pack", pack)
    assert made.exit_code == 0, made.output
    (file,) = (pack / "overlays").iterdir()
    assert yaml.safe_load(file.read_text("utf-8"))["kind"] == kind
    result = run("validate", "--pack", pack, "--format", "json")
    assert {(each["rule"], each["severity"]) for each in json.loads(result.stdout)["issues"]} <= {("SP018", "warning")}
    full = file.read_text("utf-8").replace("# ", "").splitlines()
    jsonschema.validate(yaml.safe_load("\n".join(full)), json.loads(run("schema", "overlay").stdout))


def test_an_overlay_is_of_something_that_the_pack_has(pack: Path) -> None:
    result = run("new", "overlay", "Odd Uplod", "--pack", pack)
    assert result.exit_code == 2
    assert "did you mean 'Odd Upload'?" in result.output
