"""LINE_BREAKER: where text comes apart."""

from __future__ import annotations

import io

import pytest

from storypack.engine.ingest import breaking
from storypack.engine.udf.regex import compile_pattern

from .indexed import Indexed

ONE_A_LINE = "SHOULD_LINEMERGE = false\n"


@pytest.mark.parametrize(
    ("pattern", "raw", "events"),
    [
        (r"(;)", "a=1;b=2;c=3", ["a=1", "b=2", "c=3"]),
        (r"(\|\|)", "a\n||b\n||c", ["a\n", "b\n", "c"]),  # the newline is not in the group, so it stays
        (r"end(\n)begin", "begin 1 end\nbegin 2 end\n", ["begin 1 end", "begin 2 end\n"]),
        (r"([\r\n]+)(?=\[)", "[1] a\n more\n[2] b", ["[1] a\n more", "[2] b"]),
        (r"end(\n)begin|stop(\n)start|#", "end\nbegin stop\nstart #x", ["end", "begin stop", "start ", "#x"]),
        (r"([\r\n]+)", "a\r\n\r\n\nb\n", ["a", "b"]),
    ],
)
def test_what_the_first_group_matches_belongs_to_no_event(
    indexed: Indexed, pattern: str, raw: str, events: list[str]
) -> None:
    assert sorted(indexed.raws(f"{ONE_A_LINE}LINE_BREAKER = {pattern}", raw)) == sorted(events)


@pytest.mark.parametrize("pattern", ["---", "([unclosed"])
def test_a_pattern_that_breaks_nothing_leaves_lines(indexed: Indexed, pattern: str) -> None:
    indexed.conf("props", f"[x]\n{ONE_A_LINE}LINE_BREAKER = {pattern}\n")
    result = indexed.search("table _raw", "a\n---\nb\n")
    assert sorted(row["_raw"] for row in result.rows) == ["---", "a", "b"]
    assert "LINE_BREAKER" in result.warnings[0]


def test_a_break_that_lies_between_two_pieces_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaking, "_PIECE", 4)
    monkeypatch.setattr(breaking, "_AHEAD", 3)
    text = "one==two==three====four"
    assert list(breaking.lines(io.StringIO(text), compile_pattern("(=+)"), 100)) == ["one", "two", "three", "four"]


def test_a_line_without_end_comes_apart() -> None:
    assert list(breaking.lines(io.StringIO("abcdefgh"), compile_pattern("(;)"), 3)) == ["abc", "def", "gh"]


def test_a_charset(indexed: Indexed) -> None:
    assert indexed.raws("CHARSET = ISO-8859-1", "müßig".encode("latin-1")) == ["müßig"]


def test_a_charset_that_nobody_knows_is_told(indexed: Indexed) -> None:
    indexed.conf("props", "[x]\nCHARSET = EBCDIC-99\n")
    assert "CHARSET = EBCDIC-99 is not known" in indexed.search("table _raw", "a").warnings[0]
