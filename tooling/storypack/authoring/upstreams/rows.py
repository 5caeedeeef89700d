"""Three states of a CSV lookup, merged row by row: rows are told apart by their first column."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storypack.authoring.upstreams.merge import Conflict, Side, merge


@dataclass(frozen=True, slots=True)
class _Table:
    """A CSV: its columns, the cells of each row by the key of the row, and the lines as they stand."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]
    lines: Mapping[tuple[str, ...], str]

    def items(self) -> dict[str, Any]:
        cells = {key: dict(zip(self.columns, row, strict=True)) for key, row in self.rows.items()}
        return {"row": [{"id": key, "cells": row} for key, row in cells.items()]}


def merged_rows(
    base: str, ours: str, theirs: str, decide: Callable[[str], Side | None]
) -> tuple[str, Sequence[Conflict]] | None:
    """The text of a CSV, with the lines of ours and those of theirs for rows that upstream changed, and the conflicts.
    None if it cannot be merged by rows: other columns, two rows of one key, a cell of several lines."""
    tables = [table for text in (base, ours, theirs) if (table := _table(text)) is not None]
    if len(tables) != 3 or len({table.columns for table in tables}) != 1:
        return None
    old, here, there = tables
    merged = merge(old.items(), here.items(), there.items(), decide)
    rows = [tuple(item["cells"].values()) for item in merged.value["row"]]
    lines = [here.lines.get(row) or there.lines.get(row) or _line(row) for row in (here.columns, *rows)]
    end = "\r\n" if "\r\n" in ours else "\n"
    return "".join(f"{line}{end}" for line in lines), merged.conflicts


def _table(text: str) -> _Table | None:
    try:
        read = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        return None
    lines = text.splitlines()
    if not read or len(lines) != len(read):
        return None
    rows = [tuple(row) for row in read]
    columns, *others = [row for row in rows if row]
    keys = [row[0] for row in others]
    if (
        len(set(columns)) != len(columns)
        or len(set(keys)) != len(keys)
        or {len(row) for row in others} - {len(columns)}
    ):
        return None
    return _Table(columns, dict(zip(keys, others, strict=True)), dict(zip(rows, lines, strict=True)))


def _line(row: Sequence[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()
