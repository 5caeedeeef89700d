"""Faulty searches: what is said, where, and how to mend it."""

from __future__ import annotations

import pytest

from storypack.spl import SplError, line_column, parse, parse_expression, parse_term
from tests.spl.spl_fixtures import pairs


@pytest.mark.parametrize(("search", "expected"), pairs("errors.txt"))
def test_error(search: str, expected: str) -> None:
    place, marked, message, cure = expected.split("\n")
    with pytest.raises(SplError) as caught:
        parse(search)
    error = caught.value
    line, column = line_column(search, error.span.start)
    shown = search[error.span.start : error.span.end] or ("(end)" if error.span.start == len(search) else "(none)")
    found = (f"{line}:{column}", shown, error.message, error.cure or "(none)")
    assert found == (place, marked, message, cure)


def test_error_in_an_expression() -> None:
    with pytest.raises(SplError, match=r"`b` is not expected here") as caught:
        parse_expression("lower(a) b")
    assert caught.value.span == (9, 10)


@pytest.mark.parametrize(
    ("ranges", "marked"),
    [
        ("low=0-5 6-9", "6-9"),
        ('low=0-5 "high" top=9-10', '"high"'),
        ("low=0-5 high=6..9", "6..9"),
        ("low=0-5 high=6 - 9", "6"),
        ("low=1.2.3-4", "1.2.3-4"),
        ("low=٠-٥", "٠-٥"),
        ("low=0-5 (high=6-9)", "("),
    ],
)
def test_what_is_no_range_of_rangemap(ranges: str, marked: str) -> None:
    search = f"index=a | rangemap field=n {ranges}"
    with pytest.raises(SplError, match="range") as caught:
        parse(search)
    assert search[caught.value.span.start : caught.value.span.end] == marked
    assert "label=low-high" in caught.value.cure


def test_error_in_a_term() -> None:
    with pytest.raises(SplError, match=r"`\|` is not expected here"):
        parse_term("index=a | head 1")
    with pytest.raises(SplError, match="no search term"):
        parse_term("  ")
