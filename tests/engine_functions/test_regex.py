"""PCRE, and the patterns of which RE2 decides alike."""

from __future__ import annotations

import time

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.engine.pcre import groups
from storypack.engine.sql import quote
from storypack.engine.udf.re2 import groups_sql, match_sql, replace_sql, translate
from storypack.engine.udf.regex import PatternError, compile_pattern, match, replace

PIECES = st.sampled_from(
    ["a", "b", "1", " ", "-", ".", r"\.", r"\d", r"\w", r"\D", r"\W", r"\b", "^", "$", "|", "(", ")", "(?:", "[ab]",
     "[^a]", r"[\w.-]", "[a-c1]", "*", "+", "?", "*?", "+?", "{1,2}", "{2}", r"\\", "(?i)", "(?<n>", "/", "x", r"\s",
     "(?=a)", "++", r"\1", "é", "[]a]", "[[:alpha:]]"]
)  # fmt: skip


@pytest.fixture(scope="module")
def connection():  # type: ignore[no-untyped-def]
    connection = duckdb.connect()
    yield connection
    connection.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500, deadline=None)
@given(
    pattern=st.lists(PIECES, max_size=8).map("".join),
    texts=st.lists(st.text("ab1 -.x/\\\néA\t\v", max_size=6), min_size=4, max_size=12),
)
def test_re2_finds_what_pcre_finds(connection: duckdb.DuckDBPyConnection, pattern: str, texts: list[str]) -> None:
    """Whatever is translated compiles in both engines, matches the same texts, and gives the same groups."""
    try:
        compile_pattern(pattern)
    except PatternError:
        return
    values = ", ".join(quote(text) for text in texts)
    for sql, expected in (
        (match_sql("t", pattern), [match(text, pattern) for text in texts]),
        (groups_sql("t", pattern), [groups(text, pattern) for text in texts]),
        (replace_sql("t", pattern, r"<\0>"), [replace(text, pattern, r"<\0>") for text in texts]),
    ):
        if "spl_" not in sql:
            query = f"SELECT list_transform([{values}], lambda t: {sql})"
            assert connection.execute(query).fetchall()[0][0] == expected, sql


@pytest.mark.parametrize(
    "pattern", [r"^\d{1,3}(\.\d{1,3}){3}$", r"(?i)\.(exe|dll)$", r"^[\w.-]+@example\.com", r"rclone|mega(cmd)?", "a.*b"]
)
def test_everyday_patterns_are_fast(pattern: str) -> None:
    assert "regexp_matches" in match_sql("x", pattern)


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a++", "(?s).", "ä", "[[:digit:]]", "(?>a)", "a\x00b"])
def test_the_others_are_left_to_pcre(pattern: str) -> None:
    assert translate(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "fast"),
    [
        (r"user=(?<user>\S+)\s+ip=(?<ip>[\d.]+)", True),
        (r"(?<a>x|y)(?:p|q)z$", True),
        (r"(?<a>x)|y", False),
        (r"(?:(?<a>x)|y)z", False),
        (r"(?<a>x)?y", False),
        (r"(?<a>x)+y", False),
        ("plain", False),
    ],
)
def test_groups_that_always_match_are_fast(pattern: str, fast: bool) -> None:
    assert ("spl_groups" not in groups_sql("x", pattern)) is fast


@pytest.mark.parametrize(
    ("pattern", "replacement", "fast"),
    [
        (r"\d+", "N", True),
        (r"(\w+)@(\w+)", r"\2 at \1", True),
        (r"\s*", "", False),
        (r"x*$", "", False),
        (r"a|b", "", False),
        (r"(a)", r"\2", False),
    ],
)
def test_replacing_what_is_never_empty_is_fast(pattern: str, replacement: str, fast: bool) -> None:
    assert ("spl_replace" not in replace_sql("x", pattern, replacement)) is fast


def test_runaway_patterns_end() -> None:
    start = time.monotonic()
    assert match("a" * 100 + "b", "^(a|aa)+$") is False
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "result"),
    [
        ("a-b", "(a)-(b)", r"\2-\1", "b-a"),
        ("abc", "b", r"[\0]", "a[b]c"),
        ("abc", "(x)?b", r"<\1>", "a<>c"),
        ("abc", "b", r"\9", "ac"),
        ("a.b", r"\.", r"\\", "a\\b"),
        ("abc", "b", r"\n", r"a\nc"),
        ("abc", "", "-", "-a-b-c-"),
        ("żółw", "ó", "o", "żołw"),
        ("abc", "(", "x", "abc"),
        (None, "a", "b", None),
    ],
)
def test_replace(text: str | None, pattern: str, replacement: str, result: str | None) -> None:
    assert replace(text, pattern, replacement) == result


def test_classes_are_ascii() -> None:
    assert match("é", r"\w") is False
    assert match("٣", r"\d") is False
    assert match("É", "(?i)é") is True
