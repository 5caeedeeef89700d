"""What counts as a number, and how numbers print."""

from __future__ import annotations

import math
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.engine.sql import quote
from tests.engine_functions.conftest import Run


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("-5.25", -5.25), ("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("2E-2", 0.02), ("007", 7)],
)
def test_numbers(value: Run, text: str, number: float) -> None:
    assert value(f"spl_number({quote(text)})") == number


@pytest.mark.parametrize(
    "text", ["", " 5", "5 ", "1_000", "1,000", "0x10", "nan", "inf", "-", ".", "e5", "5e", "5\n", "٣", "1.2.3"]
)
def test_no_numbers(value: Run, text: str) -> None:
    assert value(f"spl_number({quote(text)})") is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("6", "6"),
        ("-0.0", "0"),
        ("1.5", "1.5"),
        ("0.1 + 0.2", "0.3"),
        ("1e15", "1000000000000000"),
        ("1e21", "1000000000000000000000"),
        ("9007199254740993", "9007199254740992"),
        ("1700000000.123", "1700000000.123"),
        ("1e-5", "1e-05"),
        ("'nan'", "nan"),
        ("NULL", None),
    ],
)
def test_text_of_numbers(value: Run, number: str, text: str | None) -> None:
    assert value(f"spl_text(CAST({number} AS DOUBLE))") == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_text_reads_back(value: Run, number: float) -> None:
    assert value(f"spl_number(spl_text(CAST({number!r} AS DOUBLE)))") == number or math.isclose(number, 0)


def test_single(value: Run) -> None:
    assert value("spl_single(['a'])") == "a"
    assert value("spl_single(['a', 'b'])") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    text=st.text("abcé", max_size=6),
    start=st.integers(-8, 8),
    length=st.none() | st.integers(0, 8),
)
def test_substr_is_that_of_sqlite(value: Run, text: str, start: int, length: int | None) -> None:
    with sqlite3.connect(":memory:") as peer:
        if length is None:
            expected = peer.execute("SELECT substr(?, ?)", (text, start)).fetchone()[0]
            assert value(f"substr({quote(text)}, {start})") == expected
        else:
            expected = peer.execute("SELECT substr(?, ?, ?)", (text, start, length)).fetchone()[0]
            assert value(f"substr({quote(text)}, {start}, {length})") == expected
