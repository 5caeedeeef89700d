"""The files that a pack's authors copy: workflow, hook, and the page that explains them."""

from __future__ import annotations

import json
import re
import shlex
from importlib.metadata import metadata, version
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from storypack.cli import main
from storypack.issue import Location
from storypack.pack.kinds import BY_FOLDER, content_folders
from storypack.report.tests_json import render_tests_json
from storypack.testing.results import Failure, Outcome, PlannedTest, TestResult, TestRun

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/validate.yml").read_text(encoding="utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = [
    *(step for job in WORKFLOW["jobs"].values() for step in job["steps"]),
    *ACTION["runs"]["steps"],
]


def commands() -> list[str]:
    """Each storypack command of the workflow, the action, the hook and the page's code blocks."""
    steps = [step.get("run", "") for step in STEPS]
    blocks = re.findall(r"^```(?:yaml|sh)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`(storypack validate[^`]*)`", PAGE)
    lines = [line.strip().removeprefix("- ") for text in [*steps, *blocks, *inline] for line in text.splitlines()]
    joined = {" ".join(line.split()) for line in lines if line.startswith("storypack ")}
    return sorted(joined)


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 4


@pytest.mark.parametrize("line", commands())
def test_each_command_and_option_exists(line: str) -> None:
    words = shlex.split(line.split("||")[0])[1:]
    shown = CliRunner().invoke(main, [words[0], "--help"])
    assert shown.exit_code == 0, shown.output
    for word in words[1:]:
        if word.startswith("--") or word in ("github", "sarif", "junit"):
            assert word in shown.output


def hooks() -> dict[str, Any]:
    return {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}


@pytest.mark.parametrize("id", ["storypack-validate", "storypack-test"])
def test_the_hook_runs_for_every_kind_of_content(id: str) -> None:
    hook = hooks()[id]
    assert hook["pass_filenames"] is False
    pattern = re.compile(hook["files"])
    assert all(pattern.search(f"{folder}/x.yml") for folder in (*BY_FOLDER, *content_folders()))
    assert pattern.search("storypack.yml") and pattern.search("tests/data/aws/x.jsonl")
    assert not pattern.search("README.md") and not pattern.search("docs/detections/x.yml")


def test_the_commands_of_hooks_exist() -> None:
    for hook in hooks().values():
        program, command, *options = hook["entry"].split()
        shown = CliRunner().invoke(main, [command, "--help"])
        assert program == "storypack" and shown.exit_code == 0
        assert all(option in shown.output for option in options)


def test_the_page_names_the_hooks_that_there_are() -> None:
    assert set(re.findall(r"^  - id: (\S+)", PAGE, re.MULTILINE)) == set(hooks())


def test_the_workflow_checks_tests_and_builds() -> None:
    assert "./" in [step.get("uses") for step in STEPS]
    runs = [step.get("run", "") for step in STEPS]
    assert all(any(run.startswith(f"storypack {command}") for run in runs) for command in ("validate", "test", "build"))


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in (ROOT / ".github/workflows/validate.yml").read_text(encoding="utf-8")
    assert [step for step in STEPS if "${{" in step.get("run", "")] == [], "text of strangers in a shell"


def test_the_page_has_the_inputs_of_the_action() -> None:
    for name, facts in ACTION["inputs"].items():
        assert f"| `{name}` | {'none' if facts['default'] == '' else '`' + facts['default'] + '`'} |" in PAGE
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])


def test_a_new_workflow_uses_the_action_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".github/workflows/pack.yml"
    assert CliRunner().invoke(main, ["new", "workflow", str(file)]).exit_code == 0
    assert CliRunner().invoke(main, ["new", "workflow", str(file)]).exit_code == 2  # nothing is overwritten
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    checkout, tool = job["steps"]
    assert checkout["uses"] in [step.get("uses") for step in STEPS]
    assert set(tool["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"] == {"contents": "read"}


def test_the_json_of_the_page_fits_its_schema() -> None:
    schema = json.loads((ROOT / "tooling/storypack/report/validate.schema.json").read_text(encoding="utf-8"))
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    jsonschema.validate(json.loads(example), schema)


def test_the_page_has_each_key_of_a_test_result() -> None:
    place = Location("detections/cloud/one.yml", 3, 5)
    test = PlannedTest(place.file, "One", 0, "Fires", place)
    result = TestResult(test, Outcome.FAILED, failure=Failure("missing rows", "none", place))
    document = json.loads(render_tests_json(TestRun((result,), 0.1)))
    section = PAGE[PAGE.index("That of `storypack test`") :]
    named = set(re.findall(r"`(\w+)`", section))
    (one,) = document["results"]
    assert {*document, *document["summary"], *one, *one["failure"]} <= named


def test_actions_are_named_by_commit_with_the_version_beside() -> None:
    workflows = [ROOT / "action.yml", *sorted((ROOT / ".github/workflows").glob("*.yml"))]
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    lines = [line for path in (*workflows, *pages) for line in path.read_text(encoding="utf-8").splitlines()]
    uses = [line.strip() for line in lines if re.match(r"[-# ]*uses: (?!\./|your/)", line)]
    assert len(uses) >= 4
    assert [line for line in uses if not re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_what_ci_installs_comes_from_the_lock() -> None:
    """Everything but the tool itself is compared with a hash; the lock names no folder of the machine that made it."""
    steps = [step.get("run", "") for step in STEPS]
    installs = [line.strip() for text in (*steps, PAGE) for line in text.splitlines() if "pip install" in line]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps" not in line] == []
    for lock in ("app.lock", "test.lock"):
        text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
        options = [line for line in text.splitlines() if line.startswith("-")]
        assert options == [] and "file:" not in text
        assert text.count("--hash=sha256:") >= text.count("==")


def test_the_licences_of_the_extra_are_as_the_page_says() -> None:
    page = (ROOT / "docs/appinspect.md").read_text(encoding="utf-8")
    assert metadata("splunk-appinspect")["License"] == "Proprietary"
    assert "LGPL" in str(metadata("chardet")["License"])
    for name in ("splunk-appinspect", "chardet"):
        assert version(name) in page
