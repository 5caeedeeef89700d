"""The DuckDB connection that owns the SQL functions, and what a search may use of the machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import duckdb

from storypack import ends, scratch
from storypack.engine.sql import quote

MEMORY_LIMIT = "700MB"
THREADS = 2

# DuckDB takes a name with these for a pattern of names, `~` for a home, and a lone surrogate is no UTF-8.
_NO_NAME = re.compile(r"[*?\[\]{}\ud800-\udfff]|^~")


_numbers = count(1)


def is_plain_name(path: Path) -> bool:
    """Whether DuckDB can open the file of this name itself."""
    return not _NO_NAME.search(str(path))


def open_root(files: Sequence[Path] = (), threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """A connection in memory that can read `files` and nothing else outside of itself."""
    ends.watch()
    root = duckdb.connect(":memory:")
    for setting, value in (
        ("memory_limit", f"'{MEMORY_LIMIT}'"),
        ("threads", str(threads)),
        ("TimeZone", "'UTC'"),
        # Made when a sort needs it, and taken away with the connection.
        ("temp_directory", quote(str(scratch.process_folder() / f"spill-{next(_numbers)}"))),
    ):
        root.execute(f"SET {setting} = {value}").fetchall()
    names = [str(path) for path in files if is_plain_name(path)]
    if names:
        root.execute("SET allowed_paths = ?", [names]).fetchall()
    root.execute("SET enable_external_access = false").fetchall()
    return root
