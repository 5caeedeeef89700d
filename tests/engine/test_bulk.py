"""Many terms at once mean what they mean one by one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from storypack.engine import run_search
from storypack.engine.compile import bulk

VALUES = (
    "a",
    "B",
    "b c",
    "10",
    "10.0",
    "010",
    "x*",
    "10.0.0.1",
    "10.0.0.0/8",
    'q"q',
    "c:\\d",
    "",
    "1234567890123456789",
)


def events(source: random.Random) -> list[dict[str, Any]]:
    return [
        {"id": at, "u": source.choice(VALUES), "n": source.choice([1, 10, 2.5]), "m": [source.choice(VALUES), "z"]}
        for at in range(40)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_subsearch_of_many_rows_means_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(seed)
    given = events(source)
    shapes = (("u",), ("u", "n"), ("m",), ("n",), ("u", "m"))
    rows = [{name: source.choice(VALUES) for name in source.choice(shapes)} for _ in range(12)]
    search = "search [ | inputlookup t ] | table id"
    at_once = run_search(search, given, {}, {"t": {"rows": rows}})
    monkeypatch.setattr(bulk, "FEW", 10**6)
    assert at_once == run_search(search, given, {}, {"t": {"rows": rows}})
    assert at_once


def test_ten_thousand_rows_of_two_fields() -> None:
    lookups = {"t": {"rows": [{"a": f"v{at}", "b": f"w{at}"} for at in range(10_000)]}}
    given = [{"a": f"V{at}", "b": f"w{at}"} for at in range(9_000, 11_000)]
    assert run_search("search [ | inputlookup t ] | stats count", given, {}, lookups) == [{"count": 1000}]
