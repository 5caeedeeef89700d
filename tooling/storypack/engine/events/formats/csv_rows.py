"""Cutting CSV with a header: a row an event, quoted line breaks allowed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from storypack.csvtext import MAX_CELL
from storypack.engine.events.event import CutEvent, lines
from storypack.engine.events.formats.registry import Format, Head

MAX_ROW_LINES = 10_000
"""Lines of a row: beyond, its quotation mark is taken for one that nobody closes."""

_dumps = json.JSONEncoder().encode

Line = tuple[str, int]
"""A line with its end, and its number."""

Row = list[str] | None
"""The fields; None = the text cannot be read as a row."""


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Rows of a CSV with a header. A row of another width keeps its raw text, broken. A quotation mark that nobody
    closes costs the line in which it stands, and not those that follow."""
    header: list[str] | None = None
    for row, taken in _rows(lines(text, damage)):
        if header is None:
            header = [name.strip() for name in row or ()]
        elif row is None or (len(taken) > 1 and len(row) != len(header) and _are_rows(taken, len(header))):
            for line, number in taken:
                if raw := line.rstrip("\n"):
                    yield _event(_single(raw), raw, number, header)
        else:
            raw = taken[0][0] if len(taken) == 1 else "".join([line for line, _ in taken])
            yield _event(row, raw.rstrip("\n"), taken[0][1], header)


def _event(row: Row, raw: str, position: int, header: list[str]) -> CutEvent:
    values = row or []
    fields = {name: value for name, value in zip(header, values, strict=False) if value}
    return CutEvent(raw, position, _dumps(fields), broken=len(values) != len(header))


def _rows(numbered: Iterator[Line]) -> Iterator[tuple[Row, list[Line]]]:
    """Each row that is not blank, and its lines."""
    taken = _Taken(numbered)
    reader = csv.reader(taken)
    while True:
        taken.begin()
        row: Row
        try:
            row = next(reader, None)
        except (csv.Error, _TooLongError):
            row = None
        if not taken.lines:
            return
        if row is None:
            reader = csv.reader(taken)  # this one is inside a quotation
        if row is None or row:
            yield row, taken.lines


class _TooLongError(Exception):
    """A row has more lines or characters than any row."""


class _Taken:
    """Lines as they are read, and those that the row at hand has taken."""

    def __init__(self, numbered: Iterator[Line]) -> None:
        self._numbered = numbered
        self.begin()

    def begin(self) -> None:
        self.lines: list[Line] = []
        self._characters = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.lines) >= MAX_ROW_LINES or self._characters > MAX_CELL:
            raise _TooLongError
        line, number = next(self._numbered)
        self.lines.append((line, number))
        self._characters += len(line)
        return line


def _are_rows(taken: list[Line], width: int) -> bool:
    """Whether lines that were read as one row are rows themselves: a quotation mark was open before them."""
    return any(len(_single(line) or ()) == width for line, _ in taken)


def _single(text: str) -> Row:
    """The fields of a line that is a row by itself."""
    try:
        return None if text.count('"') % 2 else next(csv.reader([text]), None)
    except csv.Error:
        return None


def recognises(head: Head) -> bool:
    return head.name.endswith(".csv") if head.csv is None else head.csv


FORMAT = Format("csv", rank=100, recognises=recognises, cut=events)
