"""The text of a CSV lookup as Splunk reads it: blanks around a cell or a column's name are no part of it.

What Splunk makes of blanks inside the quotes of a cell nobody has established (docs/unknown.md), so they stay."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

MAX_CELL = 1 << 26
"""Characters of a cell; the library's own limit is less than logs and lookups hold."""

csv.field_size_limit(MAX_CELL)  # of this process

_CELL = re.compile(r'("(?:[^"]|"")*+")?+([^,\r\n]*+)(,|\r\n|\n|\r|\Z)')


def csv_rows(text: str) -> list[list[str]]:
    """The rows of a CSV, header first, blank lines as empty rows. Raises csv.Error."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return trimmed(text) if has_blanks(rows) else rows


def has_blanks(rows: Iterable[Sequence[str]]) -> bool:
    """Does a cell begin or end with a blank?"""
    return any(cell != cell.strip() for row in rows for cell in row)


def trimmed(text: str) -> list[list[str]]:
    """The rows of a CSV, cells without quotes trimmed."""
    rows: list[list[str]] = []
    row: list[str] = []
    at = 0
    while at < len(text) or row:
        cell = _CELL.match(text, at)
        assert cell is not None  # each part may be empty, and the text ends somewhere
        quoted, rest, end = cell.groups()
        row.append(rest.strip() if quoted is None else quoted[1:-1].replace('""', '"') + rest.rstrip())
        at = cell.end()
        if end != ",":
            rows.append([] if row == [""] and quoted is None else row)
            row = []
        elif at == len(text):
            rows.append([*row, ""])
            break
    return rows
