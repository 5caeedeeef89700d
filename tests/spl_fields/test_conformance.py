"""The fields that are worked out from the text, against the rows that searches give: what a row has was foretold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storypack.spl import expand, parse
from storypack.spl.fields import Tables, flow
from storypack.spl.macros import definitions

FOLDER = Path(__file__).parents[2] / "tooling/storypack/conformance/cases"
FILES = sorted(FOLDER.glob("*.jsonl"))


def cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_row_has_a_field_that_cannot_be_there(path: Path) -> None:
    wrong = []
    for case in cases(path):
        rows = case.get("expected", {}).get("rows", [])
        names = {name for row in rows for name, value in row.items() if value is not None}
        if not case["spl"].strip() or not names:
            continue
        lookups = {
            name: tuple(dict.fromkeys(column for row in table["rows"] for column in row))
            for name, table in (case.get("lookups") or {}).items()
        }
        tree = parse(expand(case["spl"], definitions(case.get("macros") or {})).text)
        after = flow(tree, Tables(lookups))[-1].after
        wrong += [(case["id"], name) for name in sorted(names) if not after.has(name)]
    assert wrong == []


def test_there_are_cases_of_closed_results() -> None:
    """Or the test above would say nothing."""
    closed = 0
    for path in FILES:
        for case in cases(path):
            if case["spl"].strip() and not case.get("macros"):
                closed += not flow(parse(case["spl"]))[-1].after.is_open
    assert closed > 300
