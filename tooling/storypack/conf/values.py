"""How values are spelled in conf text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

_LINE_END = re.compile(r"\r\n?")
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def boolean(value: bool) -> str:
    """`1` or `0`: the only spelling that every reader takes, `enableSched` and Enterprise Security included."""
    return "1" if value else "0"


def json_text(value: Json) -> str:
    """JSON as Enterprise Security writes it back: one line, no blanks, keys sorted.

    Any other spelling would differ from what ES saves, and a save without a change would then leave a copy in
    `local/` that hides every later version of the app. Non-ASCII is escaped, so any text at all can be carried.
    """
    return _encode(value)


def tidy(text: str) -> str:
    """Prose made fit for conf: CRLF and CR become newlines, and blanks around the whole text go.

    Nothing else is changed. It is for texts that people write (descriptions, searches), where neither carries meaning.
    """
    return _LINE_END.sub("\n", text).strip()
