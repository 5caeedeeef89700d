"""Every function takes every kind of argument, and wrong calls are refused by name."""

from __future__ import annotations

import itertools

import duckdb
import pytest

from storypack.engine import udf
from storypack.engine.functions import FunctionContext, FunctionError, call, compile_call, lookup, names
from storypack.engine.sql import NULL, Kind, Sql, number_constant, string_constant
from storypack.spl import tree
from tests.engine_functions.conftest import Run

CONTEXT = FunctionContext(now=lambda: number_constant(1_700_000_000.0))
ARGUMENTS = [
    NULL,
    Sql("s", Kind.STRING),
    Sql("n", Kind.NUMBER),
    Sql("m", Kind.MULTI),
    Sql("n > 1", Kind.BOOL),
    string_constant("1d"),
    number_constant(2.0),
]
ROWS = """CREATE TABLE t AS SELECT * FROM (VALUES
 (NULL, NULL, NULL),
 ('', 0.0, ['']),
 ('5', -1.5, ['a', '2']),
 ('{"a": [1]}', 1e300, ['x']),
 ('(', 'nan'::DOUBLE, ['[1]', '(']),
 ('<a b="c">d</a>', 'inf'::DOUBLE, ['10.0.0.1']),
 ('10.0.0.1', -1e18, ['%d', '']),
 ('a' || chr(0) || 'b', 3.0, ['2024-02-29', '1e5'])) AS v(s, n, m)"""
FORMATS = [string_constant(text) for text in ("hex", "binary", "commas", "duration")]


def plain_functions() -> list[str]:
    return [name for name in names() if (found := lookup(name)) and found.plain]


@pytest.mark.parametrize("name", plain_functions())
def test_every_kind_of_argument(name: str) -> None:
    """No strange value makes DuckDB fail: the result is a value of the kind that was promised, or null."""
    found = lookup(name)
    assert found is not None
    connection = duckdb.connect()
    connection.execute(ROWS)
    ran = 0
    try:
        for count in range(found.min_args, min(found.max_args or 3, 3) + 1):
            for args in itertools.product(ARGUMENTS, repeat=count):
                try:
                    sql = call(name, args, CONTEXT)
                except FunctionError as error:
                    assert f"`{name}`" in error.message or "tonumber" in error.message
                    continue
                query = f"SELECT CAST({sql.text} AS {sql.kind.duckdb}) FROM t"
                if count < 3 or ran % 17 == 0:
                    udf.provide(connection, query)
                    try:
                        assert len(connection.execute(query).fetchall()) == 8, query
                    except duckdb.InvalidInputException as error:
                        assert "Refused: mvrange: more than" in str(error), query
                ran += 1
    finally:
        connection.close()
    assert ran


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.value)
def test_formats_of_any_number(form: Sql) -> None:
    connection = duckdb.connect()
    connection.execute(ROWS)
    try:
        for arg in ARGUMENTS:
            query = f"SELECT {call('tostring', [arg, form], CONTEXT).text} FROM t"
            udf.provide(connection, query)
            assert len(connection.execute(query).fetchall()) == 8
    finally:
        connection.close()


def test_unknown_function() -> None:
    with pytest.raises(FunctionError, match="function `mvinde` is not supported; did you mean `mvindex`"):
        call("mvinde", [NULL], CONTEXT)


@pytest.mark.parametrize(
    ("name", "count", "message"),
    [
        ("len", 2, "function `len` takes 1 argument, not 2"),
        ("coalesce", 0, "function `coalesce` takes at least 1 argument, not 0"),
        ("substr", 1, "function `substr` takes 2 to 3 arguments, not 1"),
        ("now", 1, "function `now` takes 0 arguments, not 1"),
        ("case", 3, "function `case` takes pairs of a condition and a value, not 3 arguments"),
    ],
)
def test_wrong_number_of_arguments(name: str, count: int, message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        call(name, [NULL] * count, CONTEXT)


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("match", ["a", "("], r"function `match`: the regular expression '\(' is not valid"),
        ("replace", ["a", "[", "b"], "function `replace`: the regular expression"),
        ("mvfind", ["a", "*"], "function `mvfind`: the regular expression"),
        ("tostring", ["5", "roman"], "the format must be"),
        ("relative_time", ["5", "-1parsec"], "function `relative_time`"),
        ("sum", ["5"], "function `sum` takes numbers and fields"),
    ],
)
def test_wrong_literals(name: str, args: list[str], message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        call(name, [string_constant(arg) for arg in args], CONTEXT)


def test_a_special_form_wants_expressions() -> None:
    with pytest.raises(FunctionError, match="`mvmap` needs expressions"):
        call("mvmap", [NULL, NULL], CONTEXT)


def test_mvfilter_names_one_field() -> None:
    def compile(expr: tree.Expr, fields: object = None, /) -> Sql:
        return NULL

    two = tree.Call("mvfilter", (tree.Binary("=", tree.Field("a"), tree.Field("b")),))
    with pytest.raises(FunctionError, match="must name one field, not 2"):
        compile_call(two, compile, CONTEXT)


def test_provide_is_idempotent(value: Run) -> None:
    for _ in range(2):
        assert value("spl_number('5') + length(spl_sha512('x'))") == 133


def test_install_defines_everything() -> None:
    connection = duckdb.connect()
    try:
        udf.install(connection)
        udf.install(connection)
        assert connection.execute("SELECT spl_urldecode('%41'), spl_text(1.0)").fetchall() == [("A", "1")]
    finally:
        connection.close()
