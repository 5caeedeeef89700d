"""Our own conformance cases: every line of `cases/*.jsonl` is a search with its rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storypack.conformance.rows import difference
from storypack.engine import run_search
from storypack.engine.readings import READINGS, reading_as
from storypack.spl import expand, parse
from storypack.spl.macros import definitions
from storypack.spl.unknown import dependences

FILES = sorted((Path(__file__).parents[2] / "tooling/storypack/conformance/cases").glob("*.jsonl"))


def load(path: Path) -> list[dict[str, Any]]:
    """The cases of a file; a case may be marked with `"xfail": "reason"`."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def parameters() -> list[Any]:
    found = []
    for path in FILES:
        for case in load(path):
            marks = [pytest.mark.xfail(reason=case["xfail"])] if "xfail" in case else []
            found.append(pytest.param(case, id=case["id"], marks=marks))
    return found


def run_case(case: dict[str, Any]) -> None:
    rows = run_search(case["spl"], case["events"], case.get("macros"), case.get("lookups"), case.get("now"))
    wrong = difference(case["expected"], rows)
    assert not wrong, f"{case['note']}\n{case['spl']}\n{wrong}"


@pytest.mark.parametrize("case", parameters())
def test_case(case: dict[str, Any]) -> None:
    run_case(case)


def test_ids_are_unique() -> None:
    ids = [case["id"] for path in FILES for case in load(path)]
    assert len(ids) == len(set(ids))


def test_cases_that_depend_on_what_nobody_has_established_say_so() -> None:
    """A case whose rows would be others under another reading names the point: `"unknown": ["not-null"]`."""
    for path in FILES:
        for case in load(path):
            arguments = (case["events"], case.get("macros"), case.get("lookups"), case.get("now"))
            expanded = expand(case["spl"], definitions(case.get("macros") or {})).text
            named = []
            for point in sorted({each.point for each in dependences(parse(expanded))}):
                for taken in READINGS[point][1:]:
                    with reading_as(point, taken):
                        if difference(case["expected"], run_search(case["spl"], *arguments)):
                            named.append(point)
            assert case.get("unknown", []) == named, case["id"]
