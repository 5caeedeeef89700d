"""Time and memory have bounds outside DuckDB, too: wide tables, long texts, many rows, many values."""

from __future__ import annotations

import pytest

from storypack.engine import EngineError, run_search
from storypack.engine.commands import pivot, stats, wide, xyseries
from storypack.engine.memory import DictSource
from storypack.engine.run import search
from storypack.engine.udf import regex

EVENTS = [
    {"_time": 3600 * at, "a": "xyz"[at % 3], "b": f"b{at * 7 % 10}", "n": at, "m": ["p", f"q{at % 4}"]}
    for at in range(40)
] + [{"_time": 10, "a": "x"}, {"_time": 20, "b": "b1", "n": 3}]
TABLES = (
    "chart limit=0 count over a by b",
    "chart limit=0 count sum(n) over a by b",
    "chart limit=0 max(n) over a by b usenull=f",
    "chart values(m) over a by b",
    "timechart span=1d limit=0 count by b",
    "timechart span=1d limit=3 avg(n) by b useother=t",
    "xyseries a b n",
    "xyseries a b n m",
    "sort - n | xyseries b a n",
    "xyseries n b m | sort n",
)


@pytest.mark.parametrize("table", TABLES)
def test_a_wide_table_holds_what_a_narrow_one_does(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = search(table, DictSource(EVENTS))
    monkeypatch.setattr(pivot, "FEW", 0)
    monkeypatch.setattr(xyseries, "FEW", 0)
    wide_one = search(table, DictSource(EVENTS))
    assert wide_one.fields == narrow.fields
    assert wide_one.rows == narrow.rows
    assert narrow.rows


@pytest.mark.parametrize(
    ("command", "spl"),
    [
        ("chart", "chart limit=0 count over a by b"),
        ("chart", "timechart limit=0 count by b"),
        ("xyseries", "xyseries a b n"),
        ("transpose", "transpose 0"),
        ("eval", "eval {b}=1"),
    ],
)
def test_how_wide_a_table_may_be_is_told(command: str, spl: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wide, "MOST_COLUMNS", 5)
    with pytest.raises(EngineError, match=rf"{command}: the table has \d+ columns, and 5 are the most; \w+"):
        run_search(spl, EVENTS)


def test_many_aggregations_give_what_few_do(monkeypatch: pytest.MonkeyPatch) -> None:
    few = run_search("stats values(*) as v_* dc(*) as d_* by a", EVENTS)
    monkeypatch.setattr(stats, "_MANY", 0)
    assert run_search("stats values(*) as v_* dc(*) as d_* by a", EVENTS) == few
    assert few[0]["v_b"] == [f"b{at}" for at in range(10)] and few[0]["d_m"] == 5


def test_values_of_very_many_fields_fit() -> None:
    events = [{f"f{at}": str(at * row) for at in range(400)} for row in range(3)]
    (row,) = run_search("stats values(*) as *", events)
    assert (row["f0"], row["f9"]) == ("0", ["0", "18", "9"])


@pytest.mark.parametrize(
    "spl",
    [
        "eval a=a.a | " * 30 + "table a",
        "eval a=a+a | " * 30 + "table a",
        'eval a=replace(a, "(.)", "\\1\\1\\1\\1\\1\\1\\1\\1\\1\\1") | ' * 10 + "table a",
        "foreach 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 [ eval a=a.a.a.a ] | table a",
    ],
)
def test_a_text_that_grows_beyond_measure_is_refused(spl: str) -> None:
    with pytest.raises(EngineError, match=r"a text of [\d,]+ characters is too long"):
        run_search(spl, [{"a": "x" * 100}])


def test_a_text_may_be_put_to_itself_a_few_times() -> None:
    assert run_search('eval b=a.a."-".a | table b', [{"a": "xy"}]) == [{"b": "xyxy-xy"}]
    assert run_search("eval m=mvappend(a, a), b=m.a | table b", [{"a": "x"}]) == [{"b": "x\nxx"}]


def test_a_replacement_that_makes_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "MOST_CHARACTERS", 1_000)
    spl = f'rex mode=sed field=a "s/(?=x)x/{"y" * 20}/g" | table a'
    assert run_search(spl, [{"a": "x" * 40}]) == [{"a": "y" * 800}]
    with pytest.raises(EngineError, match="a replacement makes a text of more than 1,000 characters"):
        run_search(spl, [{"a": "x" * 60}])


@pytest.mark.parametrize(
    "spl",
    [
        'rex mode=sed field=a "s/(?=x)x/y/g"',
        'rex field=a max_match=0 "(?<b>(?=x)x)"',
        'makemv tokenizer="(?=x)(x)" a',
        'eval b=replace(a, "(?=x)x", "y")',
    ],
)
def test_a_pattern_that_is_given_up_is_warned_of(spl: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "_MOST_STEPS", 2_000)
    short, long = (search(spl, DictSource([{"a": "x" * length}])) for length in (10, 200))
    assert short.warnings == ()
    (warning,) = long.warnings
    assert "(?=x)" in warning and "was given up on some texts" in warning
    assert search(spl, DictSource([{"a": "x" * 10}])).warnings == ()


def test_rows_are_made_without_a_list_of_them() -> None:
    assert run_search("| makeresults count=10000000 | stats count", []) == [{"count": 10_000_000}]
    assert run_search("| makeresults count=2 annotate=t | eval n=1 | stats sum(n) count(host)", [], now=5) == [
        {"sum(n)": 2, "count(host)": 0}
    ]


def test_values_are_joined_by_what_is_known_row_by_row_only() -> None:
    events = [{"d": "-", "m": ["1", "2", "3"]}, {"m": ["1", "2"]}, {"m": ["1"]}, {"d": "-"}]
    assert run_search("eval j=mvjoin(m, d) | table j", events) == [{"j": "1-2-3"}, {}, {"j": "1"}, {}]
    (row,) = run_search("eval j=mvjoin(mvrange(0, 20000), d) | eval n=len(j) | table n", events[:1])
    assert row["n"] == sum(len(str(at)) for at in range(20000)) + 19999
