"""Patterns of the search grammar taken apart."""

from __future__ import annotations

import pytest

from storypack.spl import pattern
from storypack.spl.pattern import ANY, Part


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("", ()),
        ("abc", ("abc",)),
        ("*", (ANY,)),
        ("**", (ANY,)),
        ("a*b", ("a", ANY, "b")),
        (r"a\*b", ("a\\", ANY, "b")),
        (r"*\\cmd.exe", (ANY, "\\cmd.exe")),
        (r"C:\\Temp\\*", ("C:\\Temp\\", ANY)),
        (r"C:\Temp\*", ("C:\\Temp\\", ANY)),
        (r"\\\*", ("\\\\", ANY)),
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
    assert pattern.literal(r"a\\\"") == 'a\\"'
    assert pattern.literal(r"a\*") is None
    assert pattern.literal("a*") is None
    assert pattern.literal("") == ""
    assert pattern.literal(r"a\\*") is None
    assert pattern.matches_anything("*")
    assert not pattern.matches_anything(r"\*")
