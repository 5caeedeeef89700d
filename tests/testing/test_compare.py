"""When two values mean the same."""

from __future__ import annotations

import pytest

from storypack.testing.compare import matches, nearest, same_value


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        ("3", 3, True),
        ("3.0000001", 3, True),
        ("3.1", 3, False),
        ("03", "3", True),  # both look like numbers
        ("alice", "Alice", False),
        ("a", ["a"], True),
        (["a", "b"], ["a", "b"], True),
        (["b", "a"], ["a", "b"], False),
        (["a", "b"], "a", False),
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}', True),
        ('{"a": 1}', '{"a": 2}', False),
        ("[1, 2]", "[1,2]", True),
        ("{not json", "{not json", True),
        (None, None, True),
        (None, "", False),
        ("", None, False),
        (True, "true", True),
        ("1_0", "10", False),
        ("nan", "nan", True),
        ("inf", "Infinity", False),
        ("123456789012", 123456789012, True),
    ],
)
def test_values(found: object, expected: object, same: bool) -> None:
    assert same_value(found, expected) is same


def test_a_row_may_hold_more_than_is_expected() -> None:
    assert matches({"user": "kim", "count": 2}, {"count": "2"})
    assert not matches({"user": "kim"}, {"count": 2})
    assert matches({"user": "kim"}, {"count": None})


def test_the_nearest_row_has_most_of_the_values() -> None:
    rows = [{"a": 1, "b": 9}, {"a": 1, "b": 2}, {"a": 1, "b": 2}]
    assert nearest(rows, {"a": 1, "b": 2, "c": 3}) == 1
