"""One stage a line, and nothing else changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storypack.spl import SplError, parse
from storypack.spl.layout import layout

PAIRS = [
    ("index=web", "index=web"),
    ("index=web  | stats count|sort - count  ", "index=web\n| stats count\n| sort - count"),
    ("\n | tstats count where index=a\n\n\n|where count>1", "| tstats count where index=a\n| where count>1"),
    (
        "index=web | eval a=1,\nb=2,\n      c=3   \n\n\t, d=4",
        "index=web\n| eval a=1,\n    b=2,\n      c=3\n\t, d=4",
    ),
    ('index=web | where a="b\n\n  c | d  \ne"|x', 'index=web\n| where a="b\n\n  c | d  \ne"\n| x'),
    ("a | append [ search b | stats count ] | c", "a\n| append [ search b | stats count ]\n| c"),
    ("a ```why | this``` | b ```and\n that\n``` | c", "a ```why | this```\n| b ```and\n that\n```\n| c"),
    ("`m` | `n(a|b)`", "`m`\n| `n(a|b)`"),
    ("a | rex \"(?<x>a|b)\" | eval 'x|y'=1", "a\n| rex \"(?<x>a|b)\"\n| eval 'x|y'=1"),
    ("a | map search=\"search b | stats count\" | foreach c* [eval d=1 | eval e=2]",
     "a\n| map search=\"search b | stats count\"\n| foreach c* [eval d=1 | eval e=2]"),
    ("a | foreach b* [eval c=1,\nd=2] |  wibble x\ny | b", "a\n| foreach b* [eval c=1,\nd=2]\n| wibble x\ny\n| b"),
    ("a\r\n| b\r\n    c\r\n", "a\n| b\n    c"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "laid"), PAIRS)
def test_layout(text: str, laid: str) -> None:
    assert layout(text) == laid
    assert layout(laid) == laid


def test_a_text_that_is_no_search_is_refused() -> None:
    with pytest.raises(SplError, match="nothing follows this pipe"):
        layout("| |")


_PIECES = st.sampled_from(
    ["a=1", "|", " ", "\n", "stats count by b", "eval c=\"x | y\n z\"", "```n | o```", "[search d | e]",
     ",", "\n\n", "`m`"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_the_meaning_stays_and_twice_is_once(text: str) -> None:
    try:
        before = parse(text)
    except SplError:
        return
    laid = layout(text)
    assert parse(laid) == before
    assert layout(laid) == laid
