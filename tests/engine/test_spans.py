"""Spans of time and numbers."""

from __future__ import annotations

import pytest

from storypack.engine import SearchError
from storypack.engine.spans import auto_span, auto_time_span, parse_span


@pytest.mark.parametrize(
    ("text", "time", "start", "after"),
    [
        ("5m", 1_709_210_096, 1_709_209_800, 1_709_210_100),
        ("1h", 1_709_210_096, 1_709_208_000, 1_709_211_600),
        ("2d", 1_709_210_096, 1_709_164_800, 1_709_337_600),
        ("1w", 1_709_210_096, 1_709_164_800, 1_709_769_600),  # weeks count from epoch 0, a Thursday
        ("1w@w1", 1_709_210_096, 1_708_905_600, 1_709_510_400),  # from Monday
        ("1mon", 1_709_210_096, 1_706_745_600, 1_709_251_200),
        ("1q", 1_709_210_096, 1_704_067_200, 1_711_929_600),
        ("1y", 1_709_210_096, 1_704_067_200, 1_735_689_600),
        ("500ms", 10.7, 10.5, 11.0),
        ("10", 27, 20, 30),
    ],
)
def test_where_a_bin_begins_and_the_next_one(text: str, time: float, start: float, after: float) -> None:
    span = parse_span(text)
    assert span.start(time) == start
    assert span.next(start) == after


@pytest.mark.parametrize("text", ["", "banana", "0", "-5m", "5 parsecs", "m5"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(SearchError):
        parse_span(text)


@pytest.mark.parametrize(
    ("seconds", "width"), [(60, 1), (500, 5), (3600, 60), (4 * 3600, 300), (86_400, 1800), (7 * 86_400, 86_400)]
)
def test_the_span_of_a_time_chart_follows_from_its_range(seconds: float, width: float) -> None:
    assert auto_time_span(1_700_000_000, 1_700_000_000 + seconds).seconds == width


@pytest.mark.parametrize(
    ("low", "high", "bins", "width"), [(0, 59, 5, 100), (0, 23, 24, 1), (0, 23, 12, 10), (5, 5, 9, 1)]
)
def test_bins_of_numbers_are_powers_of_ten(low: float, high: float, bins: int, width: float) -> None:
    assert auto_span(low, high, bins).width == width
