"""No row and no value is lost without a word."""

from __future__ import annotations

import pytest

from storypack.engine import SearchError
from storypack.engine.memory import DictSource
from storypack.engine.run import Result, lookup_table, search

EVENTS = [{"_time": 1_700_000_000, "a": "1"}]
MANY = {"many": lookup_table("many", {"rows": [{"k": "1", "v": str(at)} for at in range(1_001)]})}


def run(spl: str) -> Result:
    return search(spl, DictSource(EVENTS, MANY), now=1_700_000_000)


@pytest.mark.parametrize(
    ("spl", "count", "said"),
    [
        ("| makeresults count=10001 | sort _time", 10_000, "sort: more than 10,000 rows"),
        ("search a=1 | append [| makeresults count=50001]", 50_001, "append: the subsearch gave more than 50,000"),
        ("search a=1 | appendcols [| makeresults count=50001 | eval n=1]", 50_000, "appendcols: the subsearch"),
        ("search a=1 | union [| makeresults count=50001]", 50_001, "union: the subsearch gave more than 50,000"),
        ("search a=1 | join type=left a [| makeresults count=50001 | eval a=1]", 1, "join: the subsearch gave more"),
        ("| makeresults count=101 | eval x=1 | stats list(x) as l | mvexpand l", 100, "list: more than 100 values"),
        ("search a=1 | lookup many k as a OUTPUT v | mvexpand v", 1_000, "lookup: `many` has more than 1,000 matches"),
        ('| makeresults count=11 | map search="search a=1"', 10, "map: more than 10 rows"),
        ("search [| makeresults count=10001 | eval a=1 | table a]", 1, "a subsearch gave more than 10,000 rows"),
    ],
)
def test_what_is_left_out_is_told(spl: str, count: int, said: str) -> None:
    result = run(spl)
    assert len(result.rows) == count
    assert any(said in warning for warning in result.warnings), result.warnings


@pytest.mark.parametrize(
    "spl",
    [
        "| makeresults count=10000 | sort _time",
        "| makeresults count=10001 | sort 10000 _time",
        "| makeresults count=10001 | sort - _time | table _time | head 5",
        "| makeresults count=10001 | sort 0 _time",
        "search a=1 | append [| makeresults count=50000]",
        "search a=1 | append maxout=1 [| makeresults count=2]",
        "| makeresults count=100 | eval x=1 | stats list(x) as l",
        '| makeresults count=10 | map search="search a=1"',
        '| makeresults count=11 | map maxsearches=10 search="search a=1"',
        "| multisearch [search a=1] [search a=1]",
    ],
)
def test_nothing_is_told_where_nothing_is_lost(spl: str) -> None:
    assert run(spl).warnings == ()


@pytest.mark.parametrize(
    ("spl", "said"),
    [
        ("eval x=mvrange(0, 100001)", "mvrange: more than 100,000 values"),
        ('eval x=mvrange(0, 100001, "1s")', "mvrange: more than 100,000 values"),
        ("| gentimes start=11/01/2023 end=11/14/2023 increment=1s", "gentimes: more than 100,000"),
        ("where a=2 | require", "require: the search before it gives no results"),
    ],
)
def test_what_cannot_be_given_whole_is_refused(spl: str, said: str) -> None:
    with pytest.raises(SearchError, match=said):
        run(spl)


def test_just_enough_is_not_too_much() -> None:
    assert run("eval n=mvcount(mvrange(0, 100000)) | table n").rows == [{"n": 100_000}]


def test_cuts_are_forgotten_with_the_run() -> None:
    from storypack.engine import cuts

    run("| makeresults count=10001 | sort _time")
    assert not cuts._told
