"""Patterns of the search grammar, taken apart: the `text` of a `Compare` value, an `In` value, or a `Keyword`.

Such a text is kept as written inside its quotes, because only there a backslash and an escape differ:

* `*`   any characters, also none; no backslash takes that from it (for a star itself use like() or match())
* `\\\\`  a backslash, also before a star: `"*\\\\cmd.exe"`, `"C:\\\\Temp\\\\*"`
* `\\"`  a double quote; `\\|` a pipe
* a backslash before anything else, also before a star, stands for itself

Search Manual: "Backslashes" under "Use the search command" (sequences that are none stay as they are; the asterisk
cannot be escaped) and "Wildcards"; SigmaHQ/sigma#3617.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, Literal


class _Wildcard(Enum):
    """The one wildcard of search; an enum, so that type checkers can tell it from text."""

    ANY = "*"


ANY: Final = _Wildcard.ANY
Part = str | Literal[_Wildcard.ANY]

_PIECE = re.compile(r'[^*\\]++|\\[\\"|]|\\|\*++')


def parts(text: str) -> tuple[Part, ...]:
    """The pattern as literal texts and `ANY`. Literals are not empty, and neither two of them nor two wildcards
    stand side by side; the empty pattern has no parts."""
    if "\\" not in text and "*" not in text:
        return (text,) if text else ()
    cut: list[Part] = []
    literal = ""
    for piece in _PIECE.findall(text):
        if piece[0] == "*":
            if literal:
                cut.append(literal)
                literal = ""
            cut.append(ANY)
        else:
            literal += piece[1:] if len(piece) == 2 and piece[0] == "\\" else piece
    if literal:
        cut.append(literal)
    return tuple(cut)


def literal(text: str) -> str | None:
    """The text that the pattern stands for when it has no wildcard, else None."""
    cut = parts(text)
    return None if ANY in cut else "".join(part for part in cut if part is not ANY)


def matches_anything(text: str) -> bool:
    """Is it `*`, which asks only that there is a value?"""
    return parts(text) == (ANY,)
