"""Patterns of the search grammar taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.spl import parse_term, pattern
from storypack.spl.pattern import ANY, Part
from storypack.spl.tree import Compare, Word


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("", ()),
        ("abc", ("abc",)),
        ("*", (ANY,)),
        ("**", (ANY,)),
        ("a*b", ("a", ANY, "b")),
        (r"a\*b", ("a*b",)),
        (r"*\\cmd.exe", (ANY, "\\cmd.exe")),
        (r"C:\\Temp\\*", ("C:\\Temp\\", ANY)),
        (r"C:\Temp\*", ("C:\\Temp*",)),
        (r"\\\*", ("\\*",)),
        (r"\\\\*", ("\\\\", ANY)),
        (r"say \"hi\"", ('say "hi"',)),
        (r"a\|b", ("a|b",)),
        (r"\d+", (r"\d+",)),
        ("end\\", ("end\\",)),
    ],
)
def test_parts(written: str, parts: tuple[Part, ...]) -> None:
    assert pattern.parts(written) == parts


def test_questions() -> None:
    assert pattern.literal(r"a\*\"") == 'a*"'
    assert pattern.literal("a*") is None
    assert pattern.literal("") == ""
    assert pattern.literal(r"a\\*") is None
    assert pattern.matches_anything("*")
    assert not pattern.matches_anything(r"\*")


@given(st.text())
def test_escape_makes_a_literal(text: str) -> None:
    assert pattern.literal(pattern.escape(text)) == text
    term = parse_term(f'f="{pattern.escape(text)}"')
    assert isinstance(term, Compare)
    assert isinstance(term.value, Word)
    assert pattern.literal(term.value.text) == text
