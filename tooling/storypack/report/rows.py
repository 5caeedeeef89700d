"""Rows of a search for people and programs: a table that fits the terminal, JSON lines, CSV.

Each renderer takes rows one by one and gives lines one by one, so that a result larger than memory can pass through.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from math import isfinite
from typing import Any

Row = Mapping[str, Any]

MEASURED = 1_000
"""Rows by which the width of a table's columns is measured; later ones are cut to fit."""
_LEAST, _GAP = 6, "  "
_SHOWN = ("_time", "_raw")  # of the internal fields


def json_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A JSON object a line; null fields are left out, several values are a list. JSON has no infinite numbers: they are
    texts."""
    for row in rows:
        try:
            yield json.dumps(row, ensure_ascii=False, allow_nan=False)
        except ValueError:
            finite = {name: value if _is_finite(value) else str(value) for name, value in row.items()}
            yield json.dumps(finite, ensure_ascii=False)


def _is_finite(value: Any) -> bool:
    return not isinstance(value, float) or isfinite(value)


def csv_lines(rows: Iterable[Row], fields: Sequence[str]) -> Iterator[str]:
    """A header and a line for each row, as Splunk exports them: several values stand one below the other."""
    for values in chain([fields], ([_cell(row.get(name)) for name in fields] for row in rows)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(values)  # these two are then quoted in values
        yield line.getvalue().removesuffix("\r\n")


def event_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Events as they were written, each after its time (UTC)."""
    for row in rows:
        time = row.get("_time")
        stamp = f"{_clock(time)}  " if isinstance(time, int | float) else ""
        yield stamp + _printable(str(row.get("_raw", "")).rstrip("\n"), keep_lines=True)


def table_lines(rows: Iterable[Row], fields: Sequence[str], width: int) -> Iterator[str]:
    """A table of at most `width` columns. Where the fields do not fit beside one another, each row becomes a block of
    lines `field: value`. Of the internal fields it has those that Splunk Web shows in a table."""
    stream = iter(rows)
    head = list(islice(stream, MEASURED))
    named = [name for name in fields if not name.startswith("_") or name in _SHOWN]
    widths = _widths(head, named, width)
    if widths is None:
        yield from _blocks(chain(head, stream), named, width)
        return
    numeric = [_is_numeric(head, name) for name in named]
    yield _line([_printable(name) for name in named], widths, numeric).rstrip()
    yield _line(["─" * each for each in widths], widths, numeric)
    for row in chain(head, stream):
        yield from _row([_shown(name, row.get(name)) for name in named], widths, numeric)


def _widths(rows: Sequence[Row], names: Sequence[str], width: int) -> list[int] | None:
    """The width of each column; None if not even shortened ones fit. The widest give way first."""
    wanted = []
    for name in names:
        lines = chain.from_iterable(_shown(name, row.get(name)) for row in rows)
        wanted.append(max([_columns(name), *(_columns(line) for line in lines)]))
    room = width - len(_GAP) * (len(names) - 1)
    least = [min(each, max(_LEAST, min(_columns(name), 20))) for each, name in zip(wanted, names, strict=True)]
    if sum(least) > room or (len(names) > 1 and sum(wanted) > 3 * room):
        return None
    while sum(wanted) > room:
        widest = max(range(len(wanted)), key=lambda at: wanted[at] - least[at])
        others = sorted((wanted[at] for at in range(len(wanted)) if at != widest), reverse=True)
        target = max(least[widest], others[0] if others else 0, wanted[widest] - (sum(wanted) - room))
        wanted[widest] = target if target < wanted[widest] else wanted[widest] - 1
    return wanted


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int], numeric: Sequence[bool]) -> Iterator[str]:
    """The lines of a row: long values are broken, several values stand one below the other."""
    columns = [
        [piece for line in lines for piece in _broken(line, width)] or [""]
        for lines, width in zip(cells, widths, strict=True)
    ]
    for at in range(max(map(len, columns), default=0)):
        yield _line([lines[at] if at < len(lines) else "" for lines in columns], widths, numeric).rstrip()


def _broken(text: str, width: int) -> Iterator[str]:
    """The text in pieces of at most `width` columns, at blanks where there are some."""
    while _columns(text) > width:
        cut = len(text)
        while _columns(text[:cut]) > width:
            cut -= max(1, (cut - width) // 2) if cut > width else 1
        blank = text.rfind(" ", cut // 2, cut)
        cut = max(blank if blank > 0 else cut, 1)
        yield text[:cut]
        text = text[cut:].lstrip(" ")
    yield text


def _blocks(rows: Iterable[Row], names: Sequence[str], width: int) -> Iterator[str]:
    longest = min(max((_columns(name) for name in names), default=0), max(width // 3, 10))
    for number, row in enumerate(rows, 1):
        yield f"── {number} " + "─" * max(min(width, 60) - len(str(number)) - 4, 0)
        for name in names:
            lines = [
                piece for line in _shown(name, row.get(name)) for piece in _broken(line, max(width - longest - 2, 10))
            ]
            if name in row:
                label = _printable(name)
                yield f"{label}{' ' * max(longest - _columns(label), 0)}  {lines[0] if lines else ''}".rstrip()
                yield from (f"{' ' * longest}  {line}" for line in lines[1:])


def _line(texts: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    cells = []
    for text, width, right in zip(texts, widths, numeric, strict=True):
        blanks = " " * max(width - _columns(text), 0)
        cells.append(blanks + text if right else text + blanks)
    return _GAP.join(cells)


def _is_numeric(rows: Sequence[Row], name: str) -> bool:
    values = [row[name] for row in rows if name in row]
    return bool(values) and name != "_time" and all(isinstance(value, int | float) for value in values)


def _shown(name: str, value: Any) -> list[str]:
    """A value as lines."""
    if value is None:
        return []
    if name == "_time" and isinstance(value, int | float):
        return [_clock(value)]
    values = value if isinstance(value, list) else [value]
    return [_printable(line) for one in values for line in str(one).split("\n")]


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _clock(time: float) -> str:
    """A time in UTC, with what there is of a second."""
    try:
        moment = datetime.fromtimestamp(time, UTC)
    except (OverflowError, ValueError, OSError):
        return str(time)
    return moment.strftime("%Y-%m-%d %H:%M:%S") + (f".{moment.microsecond // 1000:03d}" if moment.microsecond else "")


def _printable(text: str, *, keep_lines: bool = False) -> str:
    """The text with control characters spelt out: events must not steer the reader's terminal."""
    kept = "\t\n" if keep_lines else ""
    return "".join(c if c.isprintable() or c in kept else c.encode("unicode_escape").decode("ascii") for c in text)


def _columns(text: str) -> int:
    """Columns of a terminal that the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
