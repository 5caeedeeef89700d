"""Places in a search's text, and the error that names one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of character offsets in the text that was parsed."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.start, other.end)


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


def line_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset in `text`."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
