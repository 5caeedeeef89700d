"""The quick reader gives what libyaml gives, or leaves the text to it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storypack.pack.yaml import YamlError, decode, parse_any
from storypack.pack.yaml_subset import MOST_CHARACTERS, read_subset

ROOT = Path(__file__).parents[2]
CONTENT = sorted(path for folder in ("detections", "macros", "stories") for path in (ROOT / folder).rglob("*.yml"))
FILES = sorted({*CONTENT, *(ROOT / "tests" / "fixtures").rglob("*.y*ml"), *(ROOT / "tests" / "addons").rglob("*.y*ml")})

ADMITTED = [
    "a: b\n",
    "a: 12\nb: -3\nc: +1.50\nd: 012\ne: 1e5\nf: 2026-11-22\ng: 12:30\nh: 1.2.3\n",
    "a: true\nb: False\nc: null\nd: ~\ne:\nf: yes\ng: NULL   \n",
    "# comment\n\na: b\n  \n # another\nb: c# no comment without a blank\n",
    "a: b#c\nb: x:y\nc: C:\\Temp\nd: -24h@h\ne: $user$ (5)\n",
    "a: 'it''s'\nb: ''\nc: \"\"\nd: \"a: b # c\"\ne: '12'   \n",
    "a:\n- b\n- c\nd:\n  - e\n\n  # comment\n  - f\n",
    "a:\n- b: c\n  d:\n  - e\n  f: g\n- h:\n- i:\n    j: k\n",
    "a:\n-   b: c\n    d: e\n",
    "a:\n  b:\n    c: d\n  e: f\ng: h\n",
    "a: |\n  b\n   c\n\n  d: e\nf: |-\n  # text\n  g\n\n\nh: i\n",
    "a: >\n  b\n  c\n\n  d\n\n\n  e\nf: >-\n  g\n  h\n",
    "a:\n- |\n  b\n- >-\n  c\n  d\n",
    "a: b\n  c\n  d\n\n  e\nf:\n- g\n  h\n-   i\n",
    "a: 1\n  2\nb: c  \n   d  \n",
    "a: [b, 1, 'c, d', \"e]\", true, x:y]\nb: []\nc: {}\nd: [ b ,c ]\n",
    "a: {b: c, d: 1.5, 'e f': \"g\", \"h\": 'i''j'}\n",
    "a: [{b: c}, [d, [e]], {f: {g: [h]}}]\nb: {c: [], d: {}, e: [{}] }\n",
    "a:\n- {b: aws:cloudtrail, c: 2026-01-01T00:00:00Z}\n- [d]   \n",
    "a: \u00e9t\u00e9\n",
]
LEFT = [
    "",
    "\n",
    "a",
    "- a\n",
    "a: b",
    "a: b\na: c\n",
    "a: {b: c, b: d}\n",
    "a: {b: [x], b: d}\n",
    "null: a\n",
    "a: {true: b}\n",
    "a: {true: [b]}\n",
    "12: a\n",
    "'a': b\n",
    "<<: a\n",
    "a: &x b\nc: *x\n",
    "a: !!str 1\n",
    "a: b # comment\n",
    "a: b: c\n",
    "a: b:\n",
    "a:\tb\n",
    "a: b\r\nc: d\r\n",
    'a: "b\\tc"\n',
    "a: 'b\n  c'\n",
    "---\na: b\n",
    "a: b\n---\nc: d\n",
    "a: b\n...\n",
    "a: |2\n    b\n",
    "a: |+\n  b\n",
    "a: |\n\n  b\n",
    "a: |\nb: c\n",
    "a: >\n  b\n    c\n",
    "a: |\n  b\n  \n",
    "a:\n  b\n",
    "a:\n    b: c\n  d: e\n",
    "a:\n  - b\n - c\n",
    "a: b\n   c: d\n",
    "a: - b\n",
    "a: [b\n  , c]\n",
    "a: [b, ]\n",
    "a: [b]]\n",
    "a: [b}\n",
    "a: {b: c]\n",
    "a: {b: [c]]\n",
    "a: {b, c: d}\n",
    "a: {b: }\n",
    "a: {b:c}\n",
    "a: [b: c]\n",
    "a: [b?c]\n",
    "a: [b] # c\n",
    "a: @b\n",
    "a: %b\n",
    "a: `b`\n",
    "a: b\u2028c\n",
    "a: b\u0085c\n",
    'a: "b\x01"\n',
    'a: "b\ufeff"\n',
    "? a\n: b\n",
    "a : b\n",
    "a:\n- - b\n",
    "a:\n-\n  b: c\n",
    "x" * 120 + ": a\n",
    "a: " + "[" * 20 + "]" * 20 + "\n",
    "".join(f"{'  ' * depth}a:\n" for depth in range(20)) + "  " * 20 + "b: c\n",
    "a: " + "b" * MOST_CHARACTERS + "\n",
]


@pytest.mark.parametrize("text", ADMITTED)
def test_what_is_admitted_is_read_as_libyaml_reads_it(text: str) -> None:
    assert repr(read_subset(text)) == repr(parse_any(text)[0])
    assert parse_any(text)[1] == []


@pytest.mark.parametrize("text", LEFT, ids=range(len(LEFT)))
def test_what_is_left_to_libyaml(text: str) -> None:
    assert read_subset(text) is None


def test_every_file_of_the_pack_is_admitted() -> None:
    assert len(CONTENT) > 150
    assert [path for path in CONTENT if read_subset(decode(path.read_bytes())) is None] == []


def test_files_are_read_as_libyaml_reads_them() -> None:
    for path in FILES:
        _compare(decode(path.read_bytes()))


def _compare(text: str) -> None:
    data = read_subset(text)
    if data is not None:
        expected, problems = parse_any(text)
        assert (repr(data), problems) == (repr(expected), [])


# Texts of the admitted forms, and then something put in, taken out or moved.
_WORDS = st.sampled_from(
    [
        *["a", "b", "yes", "true", "null", "~", "1", "-2", "3.0", "012", "x:y", "C:\\d", "a#b", "$u$", "(c)", "-24h"],
        *["é", "1e5"],
        "a b",
        "b  c",
        "it's",
        "a, b",
        "a - b",
    ]
)
_INSERTED = st.sampled_from(
    [*" :#-|>'\"\\[]{},&*!?%@`~=\n", ": ", " #", "- ", "|-", ">+", "''", "\n\n", "  ", "\n ", "\n  ", "<<: ", "a: b\n"]
)


def _scalar(text: str, form: int) -> str:
    quoted = text.replace("'", "''")
    return [text, f"'{quoted}'", f'"{text}"', f"[{text}, '{quoted}']", f"{{k: {text}, l: [{text}]}}"][form]


@st.composite
def _trees(draw: st.DrawFn, depth: int = 0) -> str:
    """The lines of a block mapping."""
    lines = []
    for number in range(draw(st.integers(1, 3))):
        key = f"{draw(st.sampled_from('abck_'))}{number or ''}"
        words = draw(st.lists(_WORDS, min_size=1, max_size=3))
        form = draw(st.integers(0, 9))
        inner = textwrap.indent(draw(_trees(depth + 1)), "  ") if depth < 2 and form > 7 else ""
        if inner:
            lines.append(f"{key}:\n{inner if form == 8 else '- ' + inner[2:]}")
        elif form < 5:
            lines.append(f"{key}: {_scalar(words[0], form)}\n")
        elif form == 5:
            lines.append(
                f"{key}: {draw(st.sampled_from(['|', '|-', '>', '>-']))}\n" + "".join(f"  {w}\n" for w in words)
            )
        elif form == 6:
            lines.append(f"{key}:\n" + "".join(f"- {_scalar(word, number % 5)}\n" for number, word in enumerate(words)))
        else:
            lines.append(f"{key}: " + "\n  ".join(words) + "\n")
    return "".join(lines)


@settings(max_examples=400, deadline=None)
@given(_trees(), st.lists(st.tuples(st.floats(0, 1), _INSERTED, st.integers(0, 3)), max_size=3))
def test_random_texts_are_read_as_libyaml_reads_them(text: str, changes: list[tuple[float, str, int]]) -> None:
    for place, inserted, removed in changes:
        at = int(place * len(text))
        text = text[:at] + inserted + text[at + removed :]
    try:
        _compare(text)
    except YamlError as error:
        pytest.fail(f"libyaml refuses what was read: {error}: {text!r}")
