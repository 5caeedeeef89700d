"""PCRE, and the patterns of which RE2 decides alike."""

from __future__ import annotations

import time

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storypack.engine.sql import quote
from storypack.engine.udf.regex import PatternError, compile_pattern, match, match_sql, re2, replace

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
    texts=st.lists(st.text("ab1 -.x/\\\néA\t", max_size=6), min_size=4, max_size=12),
)
def test_re2_decides_as_pcre(connection: duckdb.DuckDBPyConnection, pattern: str, texts: list[str]) -> None:
    """Whatever is translated compiles in both engines and matches the same texts."""
    try:
        compile_pattern(pattern)
    except PatternError:
        return
    translated = re2(pattern)
    if translated is None:
        return
    values = ", ".join(quote(text) for text in texts)
    found = connection.execute(
        f"SELECT list_transform([{values}], lambda t: regexp_matches(t, {quote(translated)}))"
    ).fetchall()
    assert found[0][0] == [match(text, pattern) for text in texts]


@pytest.mark.parametrize(
    "pattern", [r"^\d{1,3}(\.\d{1,3}){3}$", r"(?i)\.(exe|dll)$", r"^[\w.-]+@example\.com", r"rclone|mega(cmd)?", "a.*b"]
)
def test_everyday_patterns_are_fast(pattern: str) -> None:
    assert "regexp_matches" in match_sql("x", pattern)


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a++", "(?s).", r"\s+", "ä", "[[:digit:]]", "(?>a)", "a\x00b"])
def test_the_others_are_left_to_pcre(pattern: str) -> None:
    assert re2(pattern) is None


def test_runaway_patterns_end() -> None:
    start = time.monotonic()
    assert match("a" * 100 + "b", "^(a|aa)+$") is False
    assert time.monotonic() - start < 5


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
