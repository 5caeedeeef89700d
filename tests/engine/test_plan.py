"""What a search needs of the events, without any."""

from __future__ import annotations

from typing import Any

import pytest

from storypack.engine.memory import DictSource
from storypack.engine.plan import ScanPlan, plan
from storypack.engine.source import LookupTable
from storypack.spl import parse_term
from storypack.spl.macros import MacroDefinition

LOOKUP = LookupTable("t", ("k", "v"), [{"k": "a", "v": "b"}])


def plans(spl: str, **options: Any) -> tuple[ScanPlan, ...]:
    return plan(spl, DictSource([], {"t": LOOKUP}), **options).scans


@pytest.mark.parametrize(
    ("spl", "fields"),
    [
        ("search a=1 | stats count by b", {"a", "b"}),
        ("search a=1 | eval c=d+1 | where c>e | table c", {"a", "d", "e"}),
        ("search a=1 | rename b as c | stats count by c", {"a", "b"}),
        ("search a=1 | lookup t k OUTPUT v | stats count by v", {"a", "k"}),
        ("search a=1 | fields b | stats count by c", {"a", "b", "_time", "_raw"}),
        ("search word | stats count", {"_raw"}),
        ("search a=1 | stats latest(b) by c", {"a", "b", "c", "_time"}),
        ("search a=1 | timechart count by b", {"a", "b", "_time"}),
        ("search a=1 | dedup b | head 3 | table c", {"a", "b", "c"}),
        ("search a=1 | mvexpand b | stats count by b", {"a", "b"}),
    ],
)
def test_the_fields_that_a_search_reads(spl: str, fields: set[str]) -> None:
    (scan,) = plans(spl)
    assert scan.fields == fields


@pytest.mark.parametrize(
    "spl", ["search a=1", "search a=1 | eval b=2", "search a=1 | table *", "search a=1 | fields - b"]
)
def test_a_search_that_shows_everything_reads_everything(spl: str) -> None:
    (scan,) = plans(spl)
    assert scan.fields is None


def test_the_base_search_and_its_times() -> None:
    (scan,) = plans(
        "`base` a=1 earliest=-1h latest=@h | stats count",
        macros={"base": MacroDefinition("base", (), "index=x")},
        now=1_709_210_096,
    )
    assert scan.request.term == parse_term("index=x a=1 earliest=-1h latest=@h")
    assert (scan.request.earliest, scan.request.latest) == (1_709_206_496, 1_709_208_000)


def test_subsearches_scan_on_their_own() -> None:
    inner, outer = plans("search a=1 [ search b=2 | fields c ] | stats count by d")
    assert inner.fields == {"b", "c", "_time", "_raw"}  # `fields` keeps the last two
    assert outer.fields == {"a", "d"}


def test_a_condition_from_a_subsearch_is_left_open() -> None:
    plain, negated = (plans(f"search a=1 {word} [ search b=2 | fields c ] | stats count")[1] for word in ("", "NOT"))
    assert "Or(terms=())" not in repr(plain.request.term)
    assert "Not" not in repr(negated.request.term)


def test_appended_searches_are_planned() -> None:
    fields = {scan.fields for scan in plans("search a=1 | stats count by b | append [ search c=1 | stats count by d ]")}
    assert fields == {frozenset({"a", "b"}), frozenset({"c", "d"})}


def test_what_a_search_gives() -> None:
    closed = plan("search a=1 | stats count by b | rename b as c", DictSource([]))
    assert (closed.fields, closed.closed) == (("c", "count"), True)
    assert "GROUP BY" in closed.sql
    opened = plan("search a=1 | eval b=2", DictSource([]))
    assert set(opened.fields) >= {"a", "b"}
    assert not opened.closed
