"""Aggregations on a DuckDB connection, grouped and as windows."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from storypack.engine import udf
from storypack.engine.aggregations import AggregationContext, AggregationError, aggregate, names
from storypack.engine.sql import Kind, Sql

ROWS = """CREATE TABLE t AS SELECT * FROM (VALUES
 (0, 50.0, 'a',  '10',  10.0, ['x', '2']),
 (1, 40.0, 'b',  '9',    9.0, ['10']),
 (2, 40.0, NULL, 'abc', NULL, NULL),
 (3, 30.0, 'a',  '1.0',  1.0, ['x'])) AS v(o, tm, s, mixed, n, m)"""

S, MIXED, N, M = Sql("s", Kind.STRING), Sql("mixed", Kind.STRING), Sql("n", Kind.NUMBER), Sql("m", Kind.MULTI)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute(ROWS)
    yield connection
    connection.close()


def run(connection: duckdb.DuckDBPyConnection, func: str, arg: Sql | None, over: str = "") -> object:
    context = AggregationContext(span=10)
    sql = f"SELECT {aggregate(func, arg, order='o', time='tm', context=context, over=over).text} FROM t ORDER BY ALL"
    udf.provide(connection, sql)
    rows = connection.execute(sql).fetchall()
    assert len(rows) == (4 if over else 1)
    assert len({str(row) for row in rows}) == 1
    return rows[0][0]


@pytest.mark.parametrize("over", ["", "OVER ()"])
@pytest.mark.parametrize(
    ("func", "arg", "expected"),
    [
        ("count", None, 4),
        ("count", S, 3),
        ("count", M, 4),
        ("c", Sql("n > 5", Kind.BOOL), 2),
        ("dc", S, 2),
        ("dc", M, 3),
        ("estdc", MIXED, 4),
        ("values", S, ["a", "b"]),
        ("values", MIXED, ["1.0", "10", "9", "abc"]),
        ("values", N, ["1", "10", "9"]),
        ("values", M, ["10", "2", "x"]),
        ("list", S, ["a", "b", "a"]),
        ("list", M, ["x", "2", "10", "x"]),
        ("sum", MIXED, 20),
        ("sum", M, 12),
        ("sum", S, None),
        ("avg", MIXED, 20 / 3),
        ("mean", M, 6),
        ("sumsq", N, 182),
        ("sumsq", M, 104),
        ("range", MIXED, 9),
        ("range", M, 8),
        ("max", N, 10),
        ("max", MIXED, "abc"),
        ("max", M, "x"),
        ("min", MIXED, "1"),
        ("min", M, "2"),
        ("min", S, "a"),
        ("mode", S, "a"),
        ("mode", M, "x"),
        ("first", S, "a"),
        ("last", MIXED, "1.0"),
        ("first", M, "x"),
        ("earliest", MIXED, "1.0"),
        ("latest", N, 10),
        ("earliest_time", S, 30),
        ("latest_time", S, 50),
        ("rate", N, 9 / 20),
        ("stdevp", Sql("CASE o WHEN 0 THEN 4.0 WHEN 1 THEN 8.0 END", Kind.NUMBER), 2),
        ("stdev", Sql("CASE o WHEN 0 THEN 4.0 END", Kind.NUMBER), 0),
        ("var", N, 24.333333333333332),
        ("varp", M, 16),
        ("p50", N, 9),
        ("perc95", MIXED, 9.9),
        ("exactperc25", N, 5),
        ("p50", M, 6),
        ("median", Sql("CASE WHEN o < 2 THEN n END", Kind.NUMBER), 10),
        ("median", M, 10),
        ("median", N, 9),
        ("per_second", N, 2),
        ("per_hour", N, 7200),
    ],
)
def test_aggregation(
    connection: duckdb.DuckDBPyConnection, func: str, arg: Sql | None, expected: object, over: str
) -> None:
    value = run(connection, func, arg, over)
    assert value == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_every_aggregation_runs_on_every_kind(connection: duckdb.DuckDBPyConnection) -> None:
    for name in names():
        if name in ("sparkline", "p", "perc", "exactperc", "upperperc"):
            continue
        for arg in (S, MIXED, N, M, Sql("NULL", Kind.NULL), Sql("o > 1", Kind.BOOL)):
            run(connection, name, arg)
            run(connection, name, arg, "OVER ()")


def test_nothing_to_aggregate(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM t")
    assert run(connection, "count", None) == 0
    assert run(connection, "dc", M) == 0
    assert run(connection, "values", M) is None
    assert run(connection, "sum", N) is None
    assert run(connection, "stdev", N) is None


def test_ties_of_time_follow_arrival(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("UPDATE t SET tm = 1")
    assert run(connection, "latest", MIXED) == "10"
    assert run(connection, "earliest", MIXED) == "1.0"


def test_list_keeps_a_hundred(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO t SELECT 10 + i, 1, 'v' || i, '1', 1, ['a', 'b'] FROM range(300) r(i)")
    values = run(connection, "list", S)
    assert isinstance(values, list)
    assert values[:4] == ["a", "b", "a", "v0"] and len(values) == 100
    several = run(connection, "list", M)
    assert isinstance(several, list) and len(several) == 100


@pytest.mark.parametrize(
    ("func", "message"),
    [
        ("average", "aggregation `average` is not supported"),
        ("p101", "between 0 and 100"),
        ("perc", "aggregation `perc` is not supported"),
        ("sparkline", "aggregation `sparkline` is not supported"),
    ],
)
def test_refusals(func: str, message: str) -> None:
    with pytest.raises(AggregationError, match=message):
        aggregate(func, S, order="o", time="tm")


def test_a_bare_sparkline_is_refused_for_what_it_is() -> None:
    """`stats sparkline count by host` is good SPL: a field behind the name would not help."""
    with pytest.raises(AggregationError, match="aggregation `sparkline` is not supported; it is a drawing"):
        aggregate("sparkline", None, order="o", time="tm")


def test_an_argument_is_needed() -> None:
    with pytest.raises(AggregationError, match=r"needs a field: `sum\(field\)`"):
        aggregate("sum", None, order="o", time="tm")
