"""Rows of a lookup that match an event."""

from __future__ import annotations

from typing import Any

import pytest

from storypack.engine.lookup import Matcher
from storypack.engine.memory import DictSource
from storypack.engine.run import search
from storypack.engine.source import LookupTable

ROWS = [{"k": "a", "v": "1"}, {"k": "b", "v": "2"}, {"k": "a", "v": "3"}]


def matched(table: LookupTable, *keys: Any, output: str = "v") -> list[str] | None:
    inputs = tuple(name for name in table.fields if name != output)
    found = Matcher(table, inputs, (output,)).match([key if isinstance(key, list) else [key] for key in keys])
    return None if found is None else found[0]


def test_rows_match_in_the_order_of_the_table() -> None:
    assert matched(LookupTable("t", ("k", "v"), ROWS), "a") == ["1", "3"]
    assert matched(LookupTable("t", ("k", "v"), ROWS), ["b", "a"]) == ["2", "1", "3"]


def test_settings_of_the_lookup() -> None:
    assert matched(LookupTable("t", ("k", "v"), ROWS, max_matches=1), "a") == ["1"]
    assert matched(LookupTable("t", ("k", "v"), ROWS, min_matches=1, default_match="none"), "z") == ["none"]
    assert matched(LookupTable("t", ("k", "v"), ROWS, case_sensitive=False), "A") == ["1", "3"]
    assert matched(LookupTable("t", ("k", "v"), ROWS), "A") is None


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [("*.exe", "a.exe", True), ("a*c", "abbc", True), ("a*c", "abcd", False), ("a.c", "abc", False), ("*", "", True)],
)
def test_wildcards(pattern: str, value: str, fits: bool) -> None:
    table = LookupTable("t", ("k", "v"), [{"k": pattern, "v": "x"}], {"k": "WILDCARD"})
    assert (matched(table, value) == ["x"]) is fits


def test_a_thousand_matches_at_most() -> None:
    rows = [{"k": "a", "v": str(at)} for at in range(1500)]
    assert len(matched(LookupTable("t", ("k", "v"), rows), "a") or []) == 1000


def test_outputlookup_does_not_reach_the_source() -> None:
    table = LookupTable("t", ("k", "v"), ROWS)
    source = DictSource([{"k": "z"}], {"t": table})
    result = search("outputlookup t | inputlookup append=t t | stats count", source)
    assert result.rows == [{"count": 2}]
    assert "`t` is changed within this search only" in result.warnings[0]
    assert source.lookup("t") is table
