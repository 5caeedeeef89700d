"""The DuckDB connection that owns the SQL functions, and what a search may use of the machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

MEMORY_LIMIT = "700MB"
THREADS = 2


def open_root(files: Sequence[Path] = (), threads: int = THREADS) -> duckdb.DuckDBPyConnection:
    """A connection in memory that can read `files` and nothing else outside of itself."""
    root = duckdb.connect(":memory:")
    for setting, value in (
        ("memory_limit", f"'{MEMORY_LIMIT}'"),
        ("threads", str(threads)),
        ("TimeZone", "'UTC'"),
    ):
        root.execute(f"SET {setting} = {value}").fetchall()
    if files:
        root.execute("SET allowed_paths = ?", [[str(path) for path in files]]).fetchall()
    root.execute("SET enable_external_access = false").fetchall()
    return root
