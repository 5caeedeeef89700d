"""What `--format json` gives is what docs/deploy.md says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.test_cli import Run, app_of, pack, run
from splunkd import Splunkd

__all__ = ["pack", "run"]
DOCUMENT = Path(__file__).parents[2] / "docs" / "deploy.md"


def documented(command: str) -> set[str]:
    """The words in code of the rows for a command, and those right below it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| *(.*?) *\| (.*) \|$", text[text.index("\n## JSON") :], re.MULTILINE)
    found: set[str] = set()
    current = ""
    for who, what in rows:
        current = who or current
        if f"`{command}`" in current:
            found |= set(re.findall(r"`(\w+)`", what))
    return found


def keys(value: Any) -> set[str]:
    """Every key of a JSON value, but not those of `counts`, which are statuses."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*(keys(one) for name, one in value.items() if name != "counts"))


EFFECTS = {"create", "update", "delete", "none", "plan", "rollback"}  # values, and commands, that the rows name


@pytest.mark.slow
def test_the_keys(run: Run, splunkd: Splunkd) -> None:
    lines = [json.loads(line) for line in run("apply", "--yes", "--format", "json")[1].splitlines()]
    assert keys(lines) == documented("apply") - {"note"}  # every step went as usual
    app = splunkd.state.app(app_of(splunkd))
    name = next(name for name, one in app.local["savedsearches"].items() if one.get("enableSched") == "1")
    app.put("savedsearches", name, {"search": "index=other", "disabled": "0"})
    plan = json.loads(run("plan", "--format", "json")[1])
    back = json.loads(run("rollback", "--plan", "--format", "json")[1])
    assert keys([plan, back]) == documented("plan") - EFFECTS
    assert {one["effect"] for one in plan["objects"] + back["objects"]} <= EFFECTS
    app.put("savedsearches", name, {"search": "index=other", "disabled": "0"})
    status = json.loads(run("status", "--format", "json")[1])
    assert keys(status) <= documented("status") and set(status) | {"troubles"} <= documented("status")
    assert documented("status") - keys(status) == {"search", "status", "reason"}  # of troubles: there are none
    assert status["runs"] == [{**status["runs"][0], "id": "0001", "what": "apply", "state": "done", "to": ""}]
