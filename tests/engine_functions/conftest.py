"""A DuckDB connection, and SQL run on it with the helpers that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from storypack.engine import udf

Run = Callable[[str], Any]


@pytest.fixture(scope="module")
def module_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


@pytest.fixture
def value(module_connection: duckdb.DuckDBPyConnection) -> Run:
    """The one value of an SQL expression."""

    def run(expression: str) -> Any:
        udf.provide(module_connection, expression)
        (row,) = module_connection.execute(f"SELECT {expression}").fetchall()
        return row[0]

    return run
