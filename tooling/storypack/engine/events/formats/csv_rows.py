"""CSV with a header: a row an event, quoted line breaks allowed; rows that hold an event give that."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from itertools import chain

from storypack.csvtext import MAX_CELL
from storypack.engine.events.event import CutEvent, lines
from storypack.engine.events.formats.json_values import event_of
from storypack.engine.events.formats.registry import Format, Head
from storypack.engine.events.openers.rows import RowReader, row_reader

MAX_ROW_LINES = 10_000
"""Lines of a row: beyond, its quotation mark is taken for one that nobody closes."""

_dumps = json.JSONEncoder().encode

MAX_HEADER = 1 << 16

Line = tuple[str, int]
"""A line with its end, and its number."""

Row = list[str] | None
"""The fields; None = the text cannot be read as a row."""


def events(text: io.TextIOBase, damage: list[str]) -> Iterator[CutEvent]:
    """Rows of a CSV with a header, separated by comma, semicolon, tab or bar. A row of another width keeps its raw
    text, broken. A quotation mark that nobody closes costs the line in which it stands, and not those that follow."""
    numbered = lines(text, damage)
    first, separator = _before_header(numbered)
    if first is None:
        return
    separator = separator or separator_of(first[0])
    header: list[str] | None = None
    reader: RowReader | None = None
    for row, taken in _rows(chain([first], numbered), separator):
        if header is None:
            header = [name.strip() for name in row or ()]
            reader = row_reader(header)
        elif row is None or (len(taken) > 1 and len(row) != len(header) and _are_rows(taken, len(header), separator)):
            for line, number in taken:
                if raw := line.rstrip("\n"):
                    yield _event(_single(raw, separator), raw, number, header, reader)
        else:
            raw = taken[0][0] if len(taken) == 1 else "".join([line for line, _ in taken])
            yield _event(row, raw.rstrip("\n"), taken[0][1], header, reader)


def _before_header(numbered: Iterator[Line]) -> tuple[Line | None, str]:
    """The header's line, and the separator if a line before it names one: PowerShell's Export-Csv writes `#TYPE` and
    the type of its objects, a spreadsheet `sep=;`."""
    separator = ""
    for line, number in numbered:
        bare = line.strip("\ufeff \r\n")
        if named := _SEPARATOR_LINE.fullmatch(bare):
            separator = named[1]
        elif bare and not bare.startswith("#TYPE "):
            return (line, number), separator
    return None, separator


_SEPARATOR_LINE = re.compile(r'"?sep=([,;|\t])"?', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


def separator_of(header: str) -> str:
    """What separates the columns of a header: the most frequent one of those that may."""
    bare = _QUOTED.sub("", header)
    return max(",;\t|", key=bare.count)


def _event(row: Row, raw: str, position: int, header: list[str], reader: RowReader | None) -> CutEvent:
    values = row or []
    fields = {name: value for name, value in zip(header, values, strict=False) if value}
    if reader is not None and len(values) == len(header) and (event := reader(fields, raw)) is not None:
        return event_of(event, position)
    return CutEvent(raw, position, _dumps(fields), broken=len(values) != len(header))


def _rows(numbered: Iterator[Line], separator: str) -> Iterator[tuple[Row, list[Line]]]:
    """Each row that is not blank, and its lines."""
    taken = _Taken(numbered)
    reader = csv.reader(taken, delimiter=separator)
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
            reader = csv.reader(taken, delimiter=separator)  # this one is inside a quotation
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


def _are_rows(taken: list[Line], width: int, separator: str) -> bool:
    """Whether lines that were read as one row are rows themselves: a quotation mark was open before them."""
    return any(len(_single(line, separator) or ()) == width for line, _ in taken)


def _single(text: str, separator: str) -> Row:
    """The fields of a line that is a row by itself."""
    try:
        return None if text.count('"') % 2 else next(csv.reader([text], delimiter=separator), None)
    except csv.Error:
        return None


_NAMES = (".csv", ".tsv", ".psv")


def recognises(head: Head) -> bool:
    """A file whose name says so, or whose header is one of those that `openers/rows.py` has a reader for."""
    if head.csv is not None:
        return head.csv
    if head.name.endswith(_NAMES) or head.text.startswith("#TYPE "):
        return True
    line = head.first_line
    return any(word in line for word in ("AuditData", "_raw", "EventRecordId")) and bool(_known(line))


def _known(line: str) -> RowReader | None:
    header = _single(line, separator_of(line)) if len(line) < MAX_HEADER and not line.startswith(("{", "<")) else None
    return row_reader(header or [])


FORMAT = Format("csv", rank=100, recognises=recognises, cut=events)
