"""An event as it is cut from a file, before any search-time knowledge."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

MAX_EVENT = 1 << 26
"""Characters of an event; what a longer one has beyond is left out, and this is said."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What a file itself says of an event's origin, as an envelope or an export does; empty = nothing."""

    sourcetype: str = ""
    source: str = ""
    host: str = ""
    index: str = ""


NO_LABELS = Labels()


@dataclass(frozen=True, slots=True)
class CutEvent:
    """An event: its raw text, the line (from 1) or the position where it stands, fields that the file itself names (a
    CSV's columns; text of a JSON object), and whether the text is not what the file's format promises. `time` is what
    an envelope or an export says of it (epoch seconds); None = the event's own text shows it, if anything does. `multi`
    are the fields of `indexed` that are lists; `note` is a word to the user on how it was read. `is_stored` = it comes
    out of an index, so that index-time settings have been followed before."""

    raw: str
    position: int
    indexed: str | None = None
    broken: bool = False
    time: float | None = None
    labels: Labels = NO_LABELS
    multi: tuple[str, ...] = ()
    note: str = ""
    is_stored: bool = False


def lines(text: io.TextIOBase, damage: list[str]) -> Iterator[tuple[str, int]]:
    """Each line with its end, and its number; of one beyond MAX_EVENT the beginning."""
    number = 0
    while line := text.readline(MAX_EVENT):
        number += 1
        if len(line) == MAX_EVENT and not line.endswith("\n"):
            rest, more = 0, line
            while not more.endswith("\n") and (more := text.readline(MAX_EVENT)):
                rest += len(more.rstrip("\n"))
            if rest:
                damage.append(too_long(f"line {number:,}", rest))
        yield line, number


def too_long(what: str, rest: int) -> str:
    """The word on an event whose last `rest` characters were left out."""
    return f"{what} is longer than {MAX_EVENT:,} characters; {rest:,} were left out"
