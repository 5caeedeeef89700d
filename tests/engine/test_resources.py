"""What a search may use of the machine, and patterns that are matched in time that grows with the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.engine import lookup, root
from storypack.engine.udf.timeformat import strptime

MIB = 1 << 20


@pytest.mark.parametrize(
    ("pages", "group", "expected"),
    [
        (1000 * MIB, "max\n", 500 * MIB),
        (2000 * MIB, "max\n", 700 * MIB),
        (16_000 * MIB, "max\n", 4_000 * MIB),
        (16_000 * MIB, str(1000 * MIB), 500 * MIB),
        (16_000 * MIB, "9223372036854771712", 4_000 * MIB),
    ],
)
def test_the_memory_of_a_search_follows_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int, group: str, expected: int
) -> None:
    """Or the container, which may be smaller."""
    (tmp_path / "memory.max").write_text(group, encoding="ascii")
    monkeypatch.setattr(root, "_GROUP_LIMITS", (tmp_path / "memory.max", tmp_path / "none"))
    monkeypatch.setattr(root.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": pages // 4096}.get)
    root._machine_memory.cache_clear()
    try:
        assert root.usual_memory() == expected
    finally:
        root._machine_memory.cache_clear()


def test_memory_that_is_asked_for() -> None:
    with root.open_root(memory=123 * MIB) as connection:
        ((limit,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
    assert limit == "123.0 MiB"


@pytest.mark.parametrize(
    ("pattern", "fits", "others"),
    [
        ("a*", ["a", "ab", "a\nb"], ["", "ba"]),
        ("*a", ["a", "ba"], ["ab", ""]),
        ("*", ["", "x"], []),
        ("a*a", ["aa", "aba"], ["a"]),
        ("a*b*c", ["abc", "axbxc", "abbc"], ["acb", "ab", "ac"]),
        ("*b*b*", ["bb", "abcbd"], ["b"]),
        ("a**b", ["ab", "axb"], ["a"]),
        ("a.c", ["a.c"], ["abc"]),
        ("", [""], ["a"]),
    ],
)
def test_wildcards(pattern: str, fits: list[str], others: list[str]) -> None:
    test = lookup._test("WILDCARD", pattern, fold=False)
    assert [text for text in [*fits, *others] if test(text)] == fits
    folded = lookup._test("WILDCARD", pattern.upper(), fold=True)
    assert [text for text in [*fits, *others] if folded(text)] == fits


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_wildcards_are_what_regular_expressions_make_of_them(pattern: str, text: str) -> None:
    import re

    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
    assert lookup._test("WILDCARD", pattern, fold=False)(text) == expected


def test_many_stars_take_no_time() -> None:
    """Each way to divide the text among the stars would be tried: more of them than there are atoms."""
    test = lookup._test("WILDCARD", "*a" * 40 + "*b", fold=False)
    assert not test("a" * 5_000)
    assert test("a" * 5_000 + "b")


def test_many_blanks_and_weeks_take_no_time() -> None:
    assert strptime("2026" + " " * 5_000 + "x", "%Y" + "%n %n%t" * 20 + "%H", 0.0) is None
    assert strptime("1" * 80 + "x", "%U" * 40 + "x%Y", 0.0) is None


@pytest.mark.parametrize(
    ("text", "form", "epoch"),
    [
        ("2026-11-30   7:05", "%Y-%m-%d %k:%M", 1796022300.0),
        ("2026-11-30 07:05", "%Y-%m-%d%n%t %H:%M", 1796022300.0),
        ("30-Nov-2026 48 07:05", "%d-%b-%Y %U %H:%M", 1796022300.0),
    ],
)
def test_blanks_and_weeks_of_times(text: str, form: str, epoch: float) -> None:
    assert strptime(text, form, 0.0) == epoch
