"""A value is replaced in a YAML file, whatever its style, and no other byte."""

from __future__ import annotations

import pytest

from storypack.pack.rewrite import rewrite

PAIRS = {
    "literal": ("search: |\n  a|b\n\nname: x\n", "search: |\n  A\n  B\n\nname: x\n"),
    "literal, stripped, comment": (
        "# top\nsearch: |- # why\n    a|b\n# next\nname: x\n",
        "# top\nsearch: |- # why\n    A\n    B\n# next\nname: x\n",
    ),
    "literal with blank lines": ("search: |+\n  a\n\n  |b\n\nname: x\n", "search: |+\n  A\n  B\n\nname: x\n"),
    "indentation given": ("search: |2\n   a|b\nname: x\n", "search: |2\n  A\n  B\nname: x\n"),
    "end of file": ("name: x\nsearch: |\n  a|b", "name: x\nsearch: |\n  A\n  B"),
    "plain": ("search: a|b # why\nname: x\n", "search: |- # why\n  A\n  B\nname: x\n"),
    "plain on lines": ("search:\n  a|\n  b\nname: x\n", "search:\n  |-\n  A\n  B\nname: x\n"),
    "quoted": ('search: "a|\\x62"\nname: x\n', "search: |-\n  A\n  B\nname: x\n"),
    "single": ("search: 'a|''b'\nname: x\n", "search: |-\n  A\n  'B\nname: x\n"),
    "folded": ("search: >-\n  a|\n  b\n\nname: x\n", "search: |-\n  A\n  B\n\nname: x\n"),
    "in a list": ("steps:\n- name: y\n  search: a|b\n- search: |\n    c|d\n",
                  "steps:\n- name: y\n  search: |-\n    A\n    B\n- search: |\n    C\n    D\n"),
    "in braces": ("steps: [{search: a|b}]\n", "steps: [{search: a|b}]\n"),
    "windows": ("search: |\r\n  a|b\r\nname: x\r\n", "search: |\r\n  A\r\n  B\r\nname: x\r\n"),
    "nothing to do": ("search: 'A'   # why\nother:   {a: 1}\n", "search: 'A'   # why\nother:   {a: 1}\n"),
}  # fmt: skip


def change(value: str) -> str:
    return "\n".join(part.strip().upper() for part in value.split("|") if part.strip())


@pytest.mark.parametrize("case", PAIRS)
def test_rewrite(case: str) -> None:
    before, after = PAIRS[case]
    assert rewrite(before, "search", change) == after
    assert rewrite(after, "search", change) == after
