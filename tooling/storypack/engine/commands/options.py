"""Options of commands: reading `name=value`."""

from __future__ import annotations

import math
from collections.abc import Iterable

from storypack.engine.errors import SearchError
from storypack.spl import tree
from storypack.truth import OPTION


def flag(text: str) -> bool:
    """An option that is true or false."""
    value = OPTION.read(text)
    if value is None:
        raise SearchError(f"`{text}` is neither true nor false")
    return value


MOST = 2**53 - 1
"""The largest number that an option takes: up to there numbers are exact."""


def whole(text: str, option: str, least: int = 0) -> int:
    """A whole number from `least` to MOST."""
    try:
        number = int(text)
    except ValueError:
        raise SearchError(f"{option} must be a whole number, not `{text[:40]}`") from None
    if not least <= number <= MOST:
        raise SearchError(f"{option} must be a whole number from {least} to {MOST:,}, not `{text[:40]}`")
    return number


def decimal(text: str, option: str) -> float:
    """A number, whole or not."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SearchError(f"{option} must be a number, not `{text[:40]}`")
    return number


def options_of(options: Iterable[tree.Option | tree.MacroCall]) -> dict[str, str]:
    """The options of a command by name; of one given twice the last."""
    found = {}
    for option in options:
        if isinstance(option, tree.MacroCall) or not isinstance(option.value, tree.Word):
            raise SearchError("a macro among the options is not defined")
        found[option.name] = option.value.text
    return found


def words_of(words: Iterable[tree.Word | tree.MacroCall]) -> list[str]:
    """The words of a command."""
    found = []
    for word in words:
        if isinstance(word, tree.MacroCall):
            raise SearchError(f"macro `{word.name}` is not defined")
        found.append(word.text)
    return found


def only_field(node: tree.Plain) -> str:
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError(f"{node.name} takes one field")
    return words[0]
