"""Whatever stands in a file: issues come out, never an exception."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.checks.catalogue import rules
from storypack.report.json_report import render_json
from storypack.report.results import Results
from storypack.report.text import render_text
from tests.checks.example_pack import base, check

NASTY = [
    "",
    " ",
    "$",
    "$$$",
    "`",
    "| `",
    "%",
    "a\nb",
    "[x]",
    "../../etc/passwd",
    "\u2028",
    "T1567.",
    "0 0 31 2 *",
    "*/1 * * * *",
    "-0d@w7",
    "@",
    "rt",
    "99999999999999",
    "-99999999999d",
    "http://[",
    "CIDR(" + "a" * 500 + ")",
    "é" * 300,
]


def places(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key path of plain data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, str(key))
        yield from places(value, (*path, str(key)))


PLACES = [
    (file, ".".join(path)) for file, data in base().items() if not isinstance(data, bytes) for path in places(data)
]
CSVS = [file for file in base() if file.endswith(".csv")]
values = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=30),
    st.integers(-5, 10**12),
    st.none(),
    st.booleans(),
    st.just([]),
    st.just({}),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=3))
def test_any_value_anywhere(edits: list[tuple[tuple[str, str], Any]]) -> None:
    by_file: dict[str, dict[str, Any]] = {}
    for (file, key), value in edits:
        if not any(key.startswith(f"{other}.") for other in by_file.get(file, {})):
            by_file.setdefault(file, {})[key] = value
    _check(by_file)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CSVS), st.binary(max_size=60))
def test_any_bytes_in_a_csv(file: str, content: bytes) -> None:
    _check({file: content})


def _check(edits: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        checked = check(Path(folder), edits)
    assert {issue.rule for issue in checked.issues} <= rules().keys()
    assert all(issue.message for issue in checked.issues)
    results = Results(checked.issues, ["x"], rules=rules())
    assert render_text(results) and render_json(results)


def test_a_csv_that_may_not_be_read_is_an_issue_beside_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def refuse(path: str | Path, flags: int, *args: int, **more: int) -> int:
        if str(path).endswith(".csv"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, flags, *args, **more)

    monkeypatch.setattr(os, "open", refuse)
    issues = check(tmp_path).issues
    assert {(issue.rule, issue.location.file) for issue in issues if issue.rule == "SP193"} == {
        ("SP193", file) for file in CSVS
    }
    assert all("permission denied" in issue.message for issue in issues if issue.rule == "SP193")
