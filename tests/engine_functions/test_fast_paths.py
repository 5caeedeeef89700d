"""Where DuckDB does the work of a Python function, it gives the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.engine.sql import quote
from storypack.engine.udf.clock import relative_time_sql
from storypack.engine.udf.json import extract, extract_sql
from storypack.engine.udf.spath import spath, spath_sql
from storypack.engine.udf.timeformat import strftime, strftime_sql, strptime, strptime_sql
from storypack.timemod import parse, resolve
from tests.engine_functions.conftest import Run

fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)

KEYS = st.sampled_from(["a", "b", "c d", 'q"', "é", "x.y", "*", "$"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "é\n", '"', "null", "5", "{"])
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
PATHS = st.lists(st.sampled_from(["a", "b", "c d", 'q"', "é", "*", "a{}", "b{0}", "a{1}{}", "{}", "{0}"]), max_size=3)
TEXTS = st.sampled_from(["", "plain", "{broken", "<a><b>1</b></a>", "[1,", "5", '"s"', " \n{}"])


def same(one: Any, other: Any) -> bool:
    """Equal, JSON as JSON: DuckDB keeps the digits of a number, Python writes 1.0 as 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if one == other:
        return True
    try:
        return bool(json.loads(one) == json.loads(other))
    except (TypeError, ValueError):
        return False


@fuzz
@given(text=DOCUMENTS.map(json.dumps) | TEXTS, path=PATHS.map(".".join))
def test_paths(value: Run, text: str, path: str) -> None:
    assert same(value(spath_sql(quote(text), path)), spath(text, path)), (text, path)
    assert same(value(extract_sql(quote(text), path)), extract(text, [path])), (text, path)


MODIFIERS = st.lists(
    st.sampled_from(["-1d", "+3h", "-90m", "+7s", "-2w", "@d", "@h", "@m", "@s", "@w", "@w0", "@w1", "@w6", "@w7"]),
    min_size=1,
    max_size=3,
).map("".join)


@fuzz
@given(epoch=st.floats(0, 4e9), modifier=MODIFIERS)
def test_relative_time(value: Run, epoch: float, modifier: str) -> None:
    sql = relative_time_sql(f"CAST({epoch!r} AS DOUBLE)", parse(modifier))
    assert sql is not None
    assert abs(value(sql) - resolve(modifier, epoch)) < 1e-5


def test_long_units_are_left_to_the_calendar() -> None:
    assert relative_time_sql("x", parse("-1mon")) is None
    assert relative_time_sql("x", parse("@q")) is None
    assert relative_time_sql("x", parse("1700000000")) is None


@fuzz
@given(
    epoch=st.floats(-1e9, 4e9),
    form=st.lists(st.sampled_from(["%Y", "%y", "%m", "%d", "%H", "%M", "%S", "%p", "%A", "%a", "%B", "%b", "%j", "%I",
                                   "%F", "%T", " ", "'", "é"]), max_size=6).map("".join),
)  # fmt: skip
def test_strftime(value: Run, epoch: float, form: str) -> None:
    # to a microsecond before the next second the Python function rounds up
    epoch = round(epoch, 2)
    assert value(strftime_sql(f"CAST({epoch!r} AS DOUBLE)", form)) == strftime(epoch, form)


@fuzz
@given(
    text=st.sampled_from(["2024-02-29 12:34:56", "2024-2-9 1:2:3", "2024-02-30 00:00:00", "2024-02-29 12:34:56 x",
                          "x", "", "2024-02-29T12:34:56", " 2024-02-29 12:34:56", "0001-01-01 00:00:00",
                          "2024-02-29 24:00:00", "2024-02-29 12:34:60", "99999-01-01 00:00:00"]),
    form=st.sampled_from(["%Y-%m-%d %H:%M:%S", "%F %T", "%Y-%m-%dT%H:%M:%S", "%H:%M:%S %Y-%m-%d"]),
)  # fmt: skip
def test_strptime(value: Run, text: str, form: str) -> None:
    assert value(strptime_sql(quote(text), form, "0.0")) == strptime(text, form, 0.0)
