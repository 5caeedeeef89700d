"""Copies of the events of many small files in one file of lines, which DuckDB reads in one go.

Each line is the number of the event's file among those that were copied, the event's place in its file, and its text.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from storypack.engine.events.glance import SEPARATOR, SMALL_TEXT, Glance
from storypack.engine.sql import quote

if TYPE_CHECKING:
    import duckdb

_MAX_LINE = SMALL_TEXT + 64


@dataclass(frozen=True, slots=True)
class Copy:
    """Where the events of a file were copied to: `number` = that of the file there, `count` = how many they are.
    `is_list`: each must be whole JSON for the file to have been divided rightly."""

    path: Path
    number: int
    count: int
    is_list: bool


@dataclass
class Copies:
    """The file of copies while it is written; a context manager. `path` is made with the first event."""

    path: Path
    count: int = 0
    _file: io.FileIO | None = field(default=None, repr=False)
    _size: int = 0
    _is_full: bool = False

    def add(self, seen: Glance) -> Copy | None:
        """Copy a file's events. None where the disk takes no more: the file is to be read where it lies."""
        if self._is_full:
            return None
        number = self.count
        lines = "".join(
            f"{number}{SEPARATOR}{place}{SEPARATOR}{event}\n" for place, event in enumerate(seen.events, 1)
        ).encode()
        if not self._write(lines):
            self._is_full = True
            return None
        self._size += len(lines)
        self.count += 1
        return Copy(self.path, number, len(seen.events), seen.is_list)

    def _write(self, lines: bytes) -> bool:
        """Whether all was written; else nothing was."""
        try:
            if self._file is None:
                self._file = io.FileIO(self.path, "xb")
            written = 0
            while written < len(lines):
                written += self._file.write(lines[written:])
        except OSError:
            if self._file is not None:
                self._file.truncate(self._size)
            return False
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def copies_sql(path: Path) -> str:
    """SQL of all copies: `__copy` = the number of the file, `__position` = the place in it, `_raw`."""
    return (
        f"SELECT __copy, __position, _raw FROM read_csv({quote(str(path))}, header = false, auto_detect = false, "
        "columns = {'__copy': 'BIGINT', '__position': 'BIGINT', '_raw': 'VARCHAR'}, "
        f"delim = {quote(SEPARATOR)}, quote = '', escape = '', compression = 'none', "
        f"max_line_size = {_MAX_LINE}, buffer_size = {2 * _MAX_LINE})"
    )


def misread(connection: duckdb.DuckDBPyConnection, path: Path) -> frozenset[int]:
    """The numbers of files that hold an event that is no whole JSON."""
    sql = f"SELECT DISTINCT __copy FROM ({copies_sql(path)}) WHERE NOT json_valid(_raw)"
    return frozenset(number for (number,) in connection.execute(sql).fetchall())
