"""From a character of a value back to the character of the file."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from storypack.pack.positions import source_offsets
from storypack.pack.source import SourceFile, path_text
from storypack.pack.yaml import compose, parse

LITERAL = """\
name: x
nested:
  search: |
    index=main
      | stats count

    | where bad(
"""


@pytest.mark.parametrize(
    ("text", "path", "needle", "place"),
    [
        (LITERAL, ("nested", "search"), "index", (4, 5)),
        (LITERAL, ("nested", "search"), "| stats", (5, 7)),
        (LITERAL, ("nested", "search"), "bad", (7, 13)),
        ("s: >\n  one two\n  three\n\n  four\n", ("s",), "three", (3, 3)),
        ("s: >\n  one two\n  three\n\n  four\n", ("s",), "four", (5, 3)),
        ("s: >-\n    one\n      more\n    two\n", ("s",), "more", (3, 7)),
        ("s: >-\n    one\n      more\n    two\n", ("s",), "two", (4, 5)),
        ("s: |2\n    one\n  two\n", ("s",), "one", (2, 5)),
        ("s: |2\n    one\n  two\n", ("s",), "two", (3, 3)),
        ("s: one two\n   three\n", ("s",), "three", (2, 4)),
        ("s: 'it''s one\n\n     two'\n", ("s",), "one", (1, 11)),
        ("s: 'it''s one\n\n     two'\n", ("s",), "two", (3, 6)),
        ('s: "a\\tb \\u00e9 z"\n', ("s",), "z", (1, 17)),
        ('s: "a \\\n   b c"\n', ("s",), "b", (2, 4)),
        ("s: 'x'\r\nt: |\r\n  a\r\n  b\r\n", ("t",), "b", (4, 3)),
        ("l:\n- a: [x, 'y z']\n", ("l", 0, "a", 1), "z", (2, 13)),
        ("s: 'a\u2028b c'\nt: q\n", ("t",), "q", (2, 4)),
    ],
)
def test_places(text: str, path: tuple[str | int, ...], needle: str, place: tuple[int, int]) -> None:
    value = parse(text)[0]
    for part in path:
        value = value[part]  # type: ignore[index]
    found = SourceFile("f", text).location(path, str(value).index(needle))
    assert (found.line, found.column) == place


def test_an_offset_at_or_past_the_end_is_at_the_end() -> None:
    source = SourceFile("f", "s: 'ab'\n")
    assert source.location(("s",), 2) == source.location(("s",), 99)
    assert source.location(("s",), 2).column == 7


ALPHABET = st.sampled_from("ab |=\"'\\`:#$é\t\n-,{}[]")


@settings(max_examples=400, deadline=None)
@given(st.text(ALPHABET, min_size=1, max_size=80), st.sampled_from("|>'\""), st.sampled_from([10, 25, 80]))
def test_every_character_is_where_it_was_written(value: str, style: str, width: int) -> None:
    text = yaml.dump({"k": value}, default_style=style, width=width, allow_unicode=True)
    root = compose(text)
    assert root is not None
    node = root.value[0][1]
    offsets = source_offsets(text, node.start_mark.index, node.end_mark.index, node.style, node.value)
    assert len(offsets) == len(node.value) + 1
    assert offsets == sorted(offsets)
    for char, offset in zip(node.value, offsets, strict=False):
        written = text[offset]
        assert written == char or written == "\\" or (char in " \n" and written in "\n\r")


def test_keys_values_and_what_is_missing() -> None:
    source = SourceFile("f", "a: 1\nfinding:\n  entity: {field: x}\nlist:\n- {b: 2}\n")
    assert str(source.location(("finding", "entity", "field"))) == "f:3:19"
    assert str(source.location(("finding", "entity", "field"), key=True)) == "f:3:12"
    assert str(source.location(("finding", "entity", "score"))) == "f:3:3"
    assert str(source.location(("finding", "nothing", "deep"))) == "f:2:1"
    assert str(source.location(("list", 0, "b"))) == "f:5:7"
    assert str(source.location(("list", 7))) == "f:4:1"
    assert str(source.location(())) == "f:1:1"
    assert str(source.location(("nothing",))) == "f:1:1"
    assert str(SourceFile("f", "a: [").location(("a",))) == "f"


def test_of_two_equal_keys_the_last_is_shown() -> None:
    assert SourceFile("f", "a: 1\na: 2\n").location(("a",)).line == 2


def test_moved_keys_are_shown_where_they_are() -> None:
    source = SourceFile(
        "f",
        "tags:\n  group: [x]\n  deep: {er: 1}\n",
        ((("threat_group",), ("tags", "group")), (("d",), ("tags", "deep"))),
    )
    assert str(source.location(("threat_group", 0))) == "f:2:11"
    assert str(source.location(("d", "er"), key=True)) == "f:3:10"


def test_key_paths_as_text() -> None:
    assert path_text(("tests", 0, "attack_data", 1, "source")) == "tests[0].attack_data[1].source"
    assert path_text(()) == ""
