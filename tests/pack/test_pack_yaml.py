"""YAML as it is written, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from storypack.pack.yaml import MAX_DEPTH, YamlError, compose, decode, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("17", 17),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("yes", "yes"),
        ("off", "off"),
        ("012345678901", "012345678901"),
        ("0x1F", "0x1F"),
        ("1e5", "1e5"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("2026-11-22", "2026-11-22"),
        ("9" * 5000, "9" * 5000),
        ("'17'", "17"),
        ('"true"', "true"),
        ("!!str 17", "17"),
        ("[a, 1]", ["a", 1]),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
    ],
)
def test_values(text: str, value: Any) -> None:
    data, problems = parse(f"k: {text}")
    assert problems == []
    assert data == {"k": value}
    assert type(data["k"]) is type(value)


def test_aliases_within_reason_are_read() -> None:
    assert parse("a: &x [1, 2]\nb: *x\n")[0] == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("a: 1\na: 2", "SP005", "key `a` appears twice"),
        ("a: {b: 1, b: 2}", "SP005", "key `b` appears twice"),
        ("a: &x {c: 1}\nb:\n  <<: *x\n", "SP004", "merge keys"),
        ("1: a", "SP006", "the key `1` is not text"),
        ("true: a", "SP006", "the key `true` is not text"),
        ("? [a]\n: b", "SP006", "a key must be text"),
        ("a: !!python/object:os.system x", "SP004", "the tag `!!python/object:os.system`"),
        ("a: !thing {b: 1}", "SP004", "the tag `!thing`"),
        ("a: !!binary aGk=", "SP004", "the tag `!!binary`"),
        ("a: !!int '1'", "SP004", "the tag `!!int`"),
        ('a: "x\\0y"', "SP002", "U+0000"),
        ('"x\\ay": 1', "SP002", "U+0007"),
    ],
)
def test_what_is_read_but_is_wrong(text: str, rule: str, words: str) -> None:
    problems = parse(text)[1]
    assert [problem.rule for problem in problems] == [rule]
    assert words in problems[0].message
    assert problems[0].index is not None


@pytest.mark.parametrize(
    ("text", "rule", "words", "index"),
    [
        ("", "SP006", "empty", None),
        ("# only a comment\n", "SP006", "empty", None),
        ("null", "SP006", "empty", None),
        ("- a", "SP006", "a list", 0),
        ("text", "SP006", "a single value", 0),
        ("a: 1\n---\nb: 2\n", "SP004", "more than one YAML document", 5),
        ("a:\n\tb: 1", "SP003", "a tab is used for indentation", 3),
        ("search: `macro` x", "SP003", "text that starts with ` must be quoted", 8),
        ("a: @x", "SP003", "text that starts with @ must be quoted", 3),
        ("a: b: c", "SP003", "a `: ` stands inside unquoted text", 4),
        ("a: 'x\nb: y\n", "SP003", "a quote is opened here and never closed", 3),
        ("a: *", "SP003", "alias", None),
        ("a: *nobody", "SP003", "starts with *", 3),
        ("a: [1, 2\nb: 3", "SP003", "not closed", None),
        ("a: 1\n b: 2", "SP003", "", None),
        ("a: 1\nnothing here\nb: 2", "SP003", "not a `key: value`", None),
        ("a: %x", "SP003", "text that starts with % must be quoted", 3),
        ('a: "\\q"', "SP003", "unknown escape", None),
        ("a: - b", "SP003", "a list starts on its key's line", None),
    ],
)
def test_what_cannot_be_read(text: str, rule: str, words: str, index: int | None) -> None:
    with pytest.raises(YamlError) as caught:
        parse(text)
    problem = caught.value.problem
    assert problem.rule == rule
    assert words in problem.message
    if index is not None:
        assert problem.index == index


def bomb(levels: int, width: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        bomb(10, 9),
        bomb(30, 2),
        "a: &a [*a]",
        "a: &a {b: *a}",
        "a: &a [*a, *a, *a, *a]",
        "a: " + "[" * 10_000 + "]" * 10_000,
        "a: " + "[" * 100_000,
        "a: " + "{b: " * 10_000 + "}" * 10_000,
        "- " * 10_000,
        "? " * 10_000,
        "\n".join(" " * n + "k:" for n in range(1_000)),
    ],
)
def test_bombs_are_refused_before_they_hurt(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        parse(text)
    assert caught.value.problem.rule == "SP004"


def test_depth_that_content_needs_is_fine() -> None:
    depth = MAX_DEPTH - 2
    parse("a: " + "[" * depth + "]" * depth)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xef\xbb\xbfa: 1", "byte order mark"),
        ("a: 1".encode("utf-16"), "UTF-16"),
        ("a: 1".encode("utf-16-be"), "control character"),
        ("a: 1".encode("utf-16-le"), "UTF-16"),
        (b"a: caf\xe9", "byte 0xe9 is not UTF-8"),
        (b"a: \xed\xa0\x80", "is not UTF-8"),
        (b"a: \x00", "U+0000"),
        (b"a: \x1b[31m", "U+001B"),
        ("a: \ufeff".encode(), "U+FEFF"),
        (b"a: \x7f", "U+007F"),
        ("a: \x9b".encode(), "U+009B"),
        ("a: \ufffe".encode(), "U+FFFE"),
    ],
)
def test_bytes_that_are_not_clean_text(raw: bytes, words: str) -> None:
    with pytest.raises(YamlError) as caught:
        decode(raw)
    assert caught.value.problem.rule == "SP002"
    assert words in caught.value.problem.message


def test_clean_text_is_left_as_it_is() -> None:
    text = "a: \u2028 é 🗝 \t\r\n"
    assert decode(text.encode()) == text


def test_the_parser_of_libyaml_agrees_with_the_safe_loader() -> None:
    import yaml

    text = "a: [x, {b: 'c', d: \"e\\n\"}]\nf: |\n  g\n   h\ni: >\n  j\n  k\n\n  l\n"
    assert parse(text)[0] == yaml.safe_load(text)
    assert compose("") is None
