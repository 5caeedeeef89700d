"""Places in a search's text, and the error that names one."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any, NamedTuple, Self, cast


class Span(NamedTuple):
    """Half-open range of character offsets in the text that was parsed.

    A named tuple because a parse makes one per node, and tuples are the cheapest thing to make."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.start, other.end)


span_of = cast("partial[Span]", partial(tuple.__new__, cast(Any, Span)))
"""`Span` of a pair of offsets, at half the cost, for who makes thousands."""

NOWHERE = Span(0, 0)


class SplError(Exception):
    """The text is not a search that Splunk would run.

    `message` says what is wrong, `span` where, `cure` (may be empty) how to mend it.
    """

    def __init__(self, message: str, span: Span = NOWHERE, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.cure = cure

    def elsewhere(self, message: str, span: Span) -> Self:
        """The same error at another place, in other words."""
        error = copy(self)
        error.args = (message,)
        error.message, error.span = message, span
        return error


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset in `text`."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1


def place(text: str, offset: int) -> str:
    """`line 2, column 14`, for messages that point at a second place."""
    line, column = line_column(text, offset)
    return f"line {line}, column {column}"


def quote_for_message(text: str, limit: int = 40) -> str:
    """A piece of the search in backticks, on one line and shortened, for use in a message."""
    flat = " ".join(text.split()) or text
    return f"`{flat if len(flat) <= limit else flat[: limit - 1] + '…'}`"
