"""The files that a pack's authors copy: workflow, hook, and the page that explains them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from storypack.checks.context import KINDS
from storypack.cli import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/validate.yml").read_text(encoding="utf-8"))


def commands() -> list[str]:
    """Each storypack command of the workflow, the hook and the page's code blocks."""
    steps = [step.get("run", "") for job in WORKFLOW["jobs"].values() for step in job["steps"]]
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


def test_the_hook_runs_for_every_kind_of_content() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "storypack validate" and hook["pass_filenames"] is False
    pattern = re.compile(hook["files"])
    assert all(pattern.search(f"{folder}/x.yml") for folder in KINDS)
    assert pattern.search("storypack.yml") and pattern.search("tests/data/aws/x.jsonl")
    assert not pattern.search("README.md") and not pattern.search("docs/detections/x.yml")


def test_the_workflow_asks_for_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    text = (ROOT / ".github/workflows/validate.yml").read_text(encoding="utf-8")
    assert "pull_request_target" not in text
    assert not re.search(r"run:.*\$\{\{ *github\.(event|head_ref)", text), "text of strangers in a shell"


def test_the_json_of_the_page_fits_its_schema() -> None:
    schema = json.loads((ROOT / "tooling/storypack/report/validate.schema.json").read_text(encoding="utf-8"))
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    jsonschema.validate(json.loads(example), schema)
