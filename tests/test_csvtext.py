"""CSV text as Splunk reads lookups."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.csvtext import csv_rows, has_blanks, trimmed


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b", [["a", "b"]]),
        ("host , owner\n web-1 ,\tkim\n", [["host", "owner"], ["web-1", "kim"]]),
        ('a, b\n" x ",y\n', [["a", "b"], [" x ", "y"]]),  # blanks inside quotes stay
        ('a ,b\n"q, ""r"" ", s\n\nt,', [["a", "b"], ['q, "r" ', "s"], [], ["t", ""]]),
        ("a ,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ('a ,b\n"two\nlines",c', [["a", "b"], ["two\nlines", "c"]]),
    ],
)
def test_csv_rows(text: str, rows: list[list[str]]) -> None:
    assert csv_rows(text) == rows


@given(st.lists(st.lists(st.text('ab ,"\n', max_size=4), min_size=1, max_size=4), max_size=4), st.booleans())
def test_it_reads_what_the_csv_module_reads(rows: list[list[str]], windows: bool) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n" if windows else "\n").writerows(rows)
    assert trimmed(out.getvalue()) == rows
    assert csv_rows(out.getvalue()) == rows


def test_has_blanks() -> None:
    assert has_blanks([["a", "b "]])
    assert not has_blanks([["a b"], []])
