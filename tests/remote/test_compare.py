"""The instance's rows against the engine's."""

from __future__ import annotations

from typing import Any

import pytest

from storypack.remote.compare import compare

Rows = list[dict[str, Any]]


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ([{"a": "3"}], [{"a": 3}]),
        ([{"a": "0.333333"}], [{"a": 1 / 3}]),
        ([{"a": "1234567.4"}], [{"a": 1234567.4000001}]),
        ([{"a": '{"x": 1, "y": 2}'}], [{"a": '{"y":2,"x":1}'}]),
        ([{"a": ["x"]}], [{"a": "x"}]),
        ([{"a": "1"}, {"a": "2"}, {"a": "1"}], [{"a": 2}, {"a": 1}, {"a": 1}]),
        ([{"a": "1", "_serial": "0", "splunk_server": "x", "storypack_run": "r"}], [{"a": 1, "_internal": 5}]),
        ([{"_raw": "x", "_time": 5.0, "extra": "1", "punct": "_"}], [{"_raw": "x", "_time": 5.0004}]),
        ([], []),
    ],
)
def test_the_same(there: Rows, here: Rows) -> None:
    assert compare(there, here).same
    assert "agree" in compare(there, here).lines()[0]


@pytest.mark.parametrize(
    ("there", "here", "told"),
    [
        ([{"a": "3", "b": "x"}], [{"a": 4, "b": "x"}], 'a: the instance has "3", the embedded engine 4'),
        ([{"a": "x"}], [{"a": "X"}], "only on the instance: a="),
        ([{"a": "x", "b": "1", "c": "2"}], [{"a": "x", "b": 1}], 'c: the instance has "2", the embedded engine null'),
        ([{"a": "x", "b": ""}], [{"a": "x"}], 'b: the instance has "", the embedded engine null'),
        ([{"a": ["x", "y"], "b": "1"}], [{"a": ["y", "x"], "b": 1}], "a: the instance has"),
        ([{"a": "1"}], [{"a": 1}, {"a": 1}], "only from the embedded engine: a=1"),
        ([{"a": "1", "b": "2", "_time": 1e9}], [{"a": 1, "b": 2, "_time": 1e9 + 1}], "_time: the instance has"),
        ([{"a": "1000.0", "b": "x"}], [{"a": 1000.01, "b": "x"}], 'a: the instance has "1000.0"'),
        ([{"_raw": "x", "host": "a"}], [{"_raw": "x", "host": "b"}], 'host: the instance has "a"'),
    ],
)
def test_what_differs(there: Rows, here: Rows, told: str) -> None:
    found = compare(there, here)
    assert not found.same
    assert any(told in line for line in found.lines()), found.lines()


def test_order_counts_only_where_the_search_orders() -> None:
    there, here = [{"a": "1"}, {"a": "2"}], [{"a": 2}, {"a": 1}]
    assert compare(there, here).same
    found = compare(there, here, ordered=True)
    assert found.order and "in another order" in found.lines()[-1]


def test_a_long_story_is_cut() -> None:
    rows = [{f"f{n}": str(n + shift) for n in range(20)} for shift in range(0, 600, 100)]
    found = compare(rows, [])
    assert len(found.differences) == 6
    assert found.lines()[-1] == "… and 1 more rows differ"
    assert "and 12 more" in found.lines()[1]


def test_many_rows() -> None:
    there: Rows = [{"a": str(n), "b": str(n / 3)} for n in range(20_000)]
    here: Rows = [{"a": n, "b": n / 3} for n in reversed(range(20_000))]
    assert compare(there, here).same
    there = [{"a": str(n), "b": f"{n / 3:.8g}"} for n in range(20_000)]
    assert compare(there, here).same
    here[7]["b"] = "x"
    assert [difference.fields[0][0] for difference in compare(there, here).differences] == ["b"]
