"""What the user is told."""

from __future__ import annotations

import pytest

from storypack.engine import EngineError, NotSupported, SearchError, run_search


@pytest.mark.parametrize(
    ("spl", "message"),
    [
        ("stats count | anomalydetection x", "anomalydetection"),
        ("stats count | fit LinearRegression a from b", "command `fit` is not supported"),
        ("stats count | apply model", "command `apply` is not supported"),
        ("| mstats avg(x) where index=m", "command `mstats` is not supported"),
        ("stats count | frobnicate now", "command `frobnicate` is not supported"),
        ("eval x=frobnicate(1)", "function `frobnicate` is not supported"),
        ("stats frobnicate(x)", "aggregation `frobnicate` is not supported"),
        ("search x=1 | sendemail to=a@example.com", "command `sendemail` is not supported"),
    ],
)
def test_what_is_not_supported_is_refused_by_name(spl: str, message: str) -> None:
    with pytest.raises(NotSupported, match=message.replace("(", r"\(")):
        run_search(spl, [{"x": 1}])


@pytest.mark.parametrize(
    ("spl", "message"),
    [
        ("search x=1 | where", "line 1"),
        ("eval x=isnull(y)", "boolean"),
        ("lookup nowhere x", "there is no lookup `nowhere`"),
        ("`nothing`", "macro `nothing` is not defined"),
        ("search earliest=whenever", "whenever"),
        ('rex "no group"', "no named group"),
        ('rex "(?<a>["', "regular expression"),
        ('regex x="("', "regular expression"),
        ("head many", "a number or a condition"),
        ("bin span=banana x", "banana"),
        ("join type=cross x [ search y=1 ]", "inner, outer or left"),
        ("| from datamodel:No.Such", "no data model dataset"),
        ("| savedsearch none", "no saved search"),
        ("mvexpand a b", "one field"),
        ("dedup x keepempty=maybe", "neither true nor false"),
        ("| inputlookup none", "no lookup"),
        ("search x=1 | inputlookup none", "`inputlookup` must be the first command of a search"),
        ("search x=1 | makeresults", "`makeresults` must be the first command of a search"),
        ("| tstats count by host where index=main", "column 24: `where` must stand before `by`"),
        ("stats eval(x) as v", "the field `x` must stand within an aggregation"),
        ("eval y=lookup(x, json_object(), json_array())", "name of a lookup in double quotes"),
        ('eval y=lookup("t", x, json_array("v"))', "second argument must be json_object"),
        ('eval y=lookup("t", json_object("k", x), "v")', "third argument must be json_array"),
        ('eval y=lookup("t", json_object("k", x), json_array("v"))', "there is no lookup `t`"),
        ("trendline x", "`x` is no trend"),
        ("trendline sma1(x)", "period of `sma1\\(x\\)` must be between 2 and 10000"),
        ("contingency x", "contingency takes two fields"),
        ('where x="1" OR "2"', '`"2"` is a value, and no condition'),
        ("where len(x)", r"`len\(x\)` is a value"),
        ("head (3)", "`3` is a value"),
        ("head -1", "`-1` is a value"),
        ('eval y=if("x", 1, 0)', '`"x"` is a value'),
        ('eval y=case(x=2, "a", 1, "b")', "`1` is a value"),
        ("where NOT x+1", r"`x \+ 1` is a value"),
        ("where if(x>1, 1, 0)", "is a value, and no condition"),
        ("streamstats reset_after=(len(x)) count", "is a value, and no condition"),
        ("| metadata type=users", "type=hosts, type=sources or type=sourcetypes, not `users`"),
    ],
)
def test_a_wrong_search_says_what_is_wrong(spl: str, message: str) -> None:
    with pytest.raises(SearchError, match=message):
        run_search(spl, [{"x": 1}])


def test_the_stage_is_named() -> None:
    with pytest.raises(EngineError, match=r"stage 2, lookup: there is no lookup"):
        run_search("search x=1 | lookup nowhere x", [{"x": 1}])


def test_a_loop_of_macros_is_an_error() -> None:
    with pytest.raises(SearchError, match="calls itself"):
        run_search("search `a`", [], {"a": {"definition": "`b`"}, "b": {"definition": "`a`"}})


@pytest.mark.parametrize(
    ("spl", "rows"),
    [
        ("dedup nosuch*", []),
        ("dedup nosuch* keepempty=t | table x", [{"x": 1}, {"x": 2}]),
        ("table nosuch | uniq", [{}]),
        ('table _time a | eval _time="z" | join usetime=t _time [ search x=* ]', []),
        ("fields x | fields - x _time | uniq", [{}]),
        ('eval y=spath(null(), "a{}.b"), z=spath(nosuch, "a{}") | table x y z', [{"x": 1}, {"x": 2}]),
    ],
)
def test_nothing_to_work_on_is_no_fault(spl: str, rows: list[dict[str, int]]) -> None:
    assert run_search(spl, [{"x": 1, "_time": 1}, {"x": 2, "_time": 2}]) == rows


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE x; --",
        'a"b',
        "a\0b",
        "\\",
        "%_*",
        "{rows}",
        "\U0001f600",
    ],
)
def test_strange_values_and_names_are_only_values_and_names(value: str) -> None:
    rows = run_search("where isnotnull(x) | table *", [{"x": value, value: "here"}])
    assert rows == [{"x": value, value: "here"}]


def test_a_search_reads_no_files() -> None:
    # a lookup's name is not a path, and SQL cannot be reached
    with pytest.raises(SearchError):
        run_search("| inputlookup /etc/passwd")


def test_a_failed_search_leaves_the_engine_usable() -> None:
    with pytest.raises(EngineError):
        run_search('rex "("', [{"x": 1}])
    assert run_search("stats count", [{"x": 1}]) == [{"count": 1}]
