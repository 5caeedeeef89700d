"""SHOULD_LINEMERGE and its companions: which lines are one event."""

from __future__ import annotations

import pytest

from .indexed import Indexed

FIRST, SECOND, THIRD = (f"2026-11-20T10:00:0{second}Z" for second in (1, 2, 3))
DATED = f"{FIRST} start\n  at a\n  at b\n{SECOND} next\n"


@pytest.mark.parametrize(
    ("props", "raw", "events"),
    [
        ("SHOULD_LINEMERGE = true", DATED, [f"{FIRST} start\n  at a\n  at b", f"{SECOND} next"]),
        ("TRUNCATE = 0", DATED, [f"{FIRST} start\n  at a\n  at b", f"{SECOND} next"]),  # the default
        ("SHOULD_LINEMERGE = false", DATED, [f"{FIRST} start", "  at a", "  at b", f"{SECOND} next"]),
        ("BREAK_ONLY_BEFORE_DATE = false", DATED, [f"{FIRST} start", "  at a", "  at b", f"{SECOND} next"]),
        ("BREAK_ONLY_BEFORE = ^BEGIN", f"BEGIN a\n{FIRST} b\nBEGIN c\n", [f"BEGIN a\n{FIRST} b", "BEGIN c"]),
        ("MUST_BREAK_AFTER = ;$", f"{FIRST} a\nb;\nc\n{SECOND} d", [f"{FIRST} a\nb;", "c", f"{SECOND} d"]),
        (
            "MUST_NOT_BREAK_AFTER = open\nMUST_BREAK_AFTER = close",
            f"{FIRST} open\n{SECOND} in\nclose\n{THIRD} out",
            [f"{FIRST} open\n{SECOND} in\nclose", f"{THIRD} out"],
        ),
        ("MUST_NOT_BREAK_AFTER = open", f"{FIRST} open\n{SECOND} in\n", [f"{FIRST} open\n{SECOND} in"]),
        ("MUST_NOT_BREAK_BEFORE = next", f"{FIRST} a\n{SECOND} next", [f"{FIRST} a", f"{SECOND} next"]),
        ("MAX_EVENTS = 2", f"{FIRST} a\nb\nc\nd\ne\nf", [f"{FIRST} a\nb\nc", "d\ne\nf"]),
        ("MAX_EVENTS = 1\nMUST_NOT_BREAK_BEFORE = c", f"{FIRST} a\nb\nc", [f"{FIRST} a\nb", "c"]),
        ("MAX_EVENTS = 9", f"{FIRST} a\n\n\n{SECOND} b\n\n", [f"{FIRST} a", f"{SECOND} b"]),  # blank lines go
        ("DATETIME_CONFIG = NONE", f"{FIRST} a\n{SECOND} b", [f"{FIRST} a\n{SECOND} b"]),  # there are no dates
        ("TIME_PREFIX = at=", f"at={FIRST} a\n{SECOND} b", [f"at={FIRST} a\n{SECOND} b"]),  # no time where it should be
    ],
)
def test_lines_of_one_event(indexed: Indexed, props: str, raw: str, events: list[str]) -> None:
    assert indexed.raws(props, raw) == events


def test_an_event_has_257_lines_at_most(indexed: Indexed) -> None:
    raw = f"{FIRST} a\n" + "more\n" * 300
    assert [event.count("\n") + 1 for event in indexed.raws("SHOULD_LINEMERGE = true", raw)] == [257, 44]


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (DATED, 2),  # as splunkd's defaults would have it
        ("no time\nnor here\n", 2),
        (f'{FIRST} a\n{{"b": 1}}\n', 2),
    ],
)
def test_a_source_type_that_is_known_for_its_fields_alone(indexed: Indexed, raw: str, count: int) -> None:
    indexed.conf("props", "[x]\nEXTRACT-a = at (?<where>\\w)\n")
    assert len(indexed.rows("_raw", raw)) == count


def test_a_stanza_without_settings_makes_a_source_type_known(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\n")
    assert [row["_raw"] for row in indexed.rows("_raw", DATED)] == [f"{FIRST} start\n  at a\n  at b", f"{SECOND} next"]


def test_without_an_add_on_each_line_is_an_event(indexed: Indexed) -> None:
    indexed.conf("props", "[y]\nSHOULD_LINEMERGE = true\n")
    assert len(indexed.rows("_raw", DATED)) == 4


@pytest.mark.parametrize("raw", ['[\n {"a": 1},\n {"a": 2}\n]\n', '{\n "a": 1\n}\n{\n "a": 2\n}\n'])
def test_json_that_no_setting_breaks_comes_apart_by_its_own_form(indexed: Indexed, raw: str) -> None:
    indexed.conf("props", "[x]\nSHOULD_LINEMERGE = false\nKV_MODE = json\n")
    assert sorted(row["a"] for row in indexed.rows("a", raw)) == ["1", "2"]


def test_a_setting_breaks_json_as_text(indexed: Indexed) -> None:
    events = indexed.raws('SHOULD_LINEMERGE = false\nLINE_BREAKER = ("Records":|,)', '{"Records":[{"a":1},{"a":2}]}')
    assert events == ["{", '[{"a":1}', '{"a":2}]}']
