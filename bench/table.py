"""The table of ratios: what each benchmark measured, beside what it may be at most.

A benchmark takes `--rows FILE` (`add_option`) and writes a `Row` per line of its table there (`write`); `bench/all.py`
runs the benchmarks and prints all rows as one table. The measure is a ratio to something that was measured in the same
run, so that the speed of the machine cancels out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_HEADINGS = ("work", "measure", "here", "ratio", "at most", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One aim: `work` is what was done, `measure` what was taken and what it is compared with, `figure` what was
    measured, with its unit, `ratio` the quotient, and `aim` what that may be at most."""

    work: str
    measure: str
    figure: str
    ratio: float
    aim: float

    @property
    def holds(self) -> bool:
        return self.ratio <= self.aim


def add_option(parser: argparse.ArgumentParser) -> None:
    """`--rows FILE`: where a benchmark writes its rows."""
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write the rows of the table there, as JSON lines")


def write(path: Path | None, rows: Iterable[Row]) -> None:
    """The rows as JSON lines; nothing without a path."""
    if path is not None:
        path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), encoding="utf-8")


def read(path: Path) -> list[Row]:
    """The rows of a file that `write` made."""
    return [Row(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def render(rows: Sequence[Row]) -> str:
    """The rows as a table for people, which is a table of Markdown as well."""
    lines = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple("-" * max(width, 3) for width in widths)
    shown = [lines[0], rule, *lines[1:]]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |" for line in shown
    )


def _cells(row: Row) -> tuple[str, ...]:
    verdict = "holds" if row.holds else "misses"
    return (row.work, row.measure, row.figure, f"{row.ratio:.2f}", f"{row.aim:.2f}", verdict)
