"""What plain YAML text is: only plain decimal numbers, true/false and null are anything but text."""

from __future__ import annotations

import re
from typing import Any

WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}", re.ASCII)
_NUMBER_START = frozenset("0123456789+-")


def plain_value(text: str) -> Any:
    """The value of a plain scalar: text, an int, a float, a bool or None.

    >>> [plain_value(text) for text in ("12", "1.50", "true", "~", "yes", "0123", "2026-11-22")]
    [12, 1.5, True, None, 'yes', '0123', '2026-11-22']
    """
    if text in WORDS:
        return WORDS[text]
    if text[0] in _NUMBER_START:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
    return text
