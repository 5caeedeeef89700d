"""Tokens that somebody fills in: values stay values."""

from __future__ import annotations

import pytest

from storypack.spl import parse
from storypack.spl.inputs import InputError, Token, fill, tokens


@pytest.mark.parametrize(
    ("text", "value", "filled"),
    [
        ('user="$user$"', 'a" OR user="*', r'user="a\" OR user=\"*"'),
        ("user=$user|s$", 'a" | delete', r'user="a\" | delete"'),
        ('path="$user$"', "C:\\Temp\\", 'path="C:\\\\Temp\\\\"'),
        ("user=$user$", "m.kraft@example.com", "user=m.kraft@example.com"),
        ("user=$user$*", "10.0.0.0/8", "user=10.0.0.0/8*"),
        (r'x="\$user$" y=$user$', "b", r'x="\$user$" y=b'),
        ('price="$$5" user=$user$', "b", 'price="$$5" user=b'),
    ],
)
def test_a_value_stands_in_its_place(text: str, value: str, filled: str) -> None:
    assert fill(text, {"user": value}) == filled


@pytest.mark.parametrize("value", ["a b", "a|b", 'a"b', "a]b", "", "`m`", "a OR b", "a\nb"])
def test_a_bare_value_must_be_a_plain_word(value: str) -> None:
    with pytest.raises(InputError, match=r"write \$user\|s\$"):
        fill("index=* user=$user$", {"user": value})


@pytest.mark.parametrize("value", ["a b", 'a" | delete', "\\", '\\"', "] | x [", "`m`"])
@pytest.mark.parametrize("text", ['search user="$user$" | head 1', "search user=$user|s$ | head 1"])
def test_no_value_adds_a_command(text: str, value: str) -> None:
    assert len(parse(fill(text, {"user": value})).commands) == 2


def test_a_token_without_a_value_is_named() -> None:
    with pytest.raises(InputError, match=r"\$host\$ has no value"):
        fill("index=* host=$host$", {"user": "a"})


def test_tokens_say_where_they_stand() -> None:
    assert list(tokens('a="$x$" b=$y|s$')) == [Token("x", "", 3, True), Token("y", "s", 10, False)]
