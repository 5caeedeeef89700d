"""The DuckDB connection that owns the SQL functions, and what a search may use of the machine."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from storypack import ends, scratch
from storypack.engine.sql import quote

LEAST_MEMORY = 700 << 20
"""Bytes that a search may use on a machine that has twice as many: of a larger one, a quarter."""
THREADS = 2

# DuckDB takes a name with these for a pattern of names, `~` for a home, and a lone surrogate is no UTF-8.
_NO_NAME = re.compile(r"[*?\[\]{}\ud800-\udfff]|^~")


_numbers = count(1)

# What a container may use: of version 2 and of version 1 of control groups.
_GROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def usual_memory() -> int:
    """The bytes that a search may use on this machine, or in this container."""
    total = _machine_memory()
    return max(total // 4, min(LEAST_MEMORY, total // 2))


@cache
def _machine_memory() -> int:
    """Bytes of memory; so many that LEAST_MEMORY is used where nobody says."""
    limits = [2 * LEAST_MEMORY]
    with suppress(OSError, ValueError, AttributeError):
        limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _GROUP_LIMITS:
        with suppress(OSError, ValueError):
            limits.append(int(path.read_text(encoding="ascii")))  # "max" is no number
    return min(limits)


def is_plain_name(path: Path) -> bool:
    """Whether DuckDB can open the file of this name itself."""
    return not _NO_NAME.search(str(path))


def open_root(
    files: Sequence[Path] = (), threads: int = THREADS, memory: int | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection in memory that can read `files` and nothing else outside of itself. `memory` = bytes that it may
    use, before it spills; None = `usual_memory`."""
    ends.watch()
    root = duckdb.connect(":memory:")
    for setting, value in (
        ("memory_limit", f"'{(memory or usual_memory()) // 1024} KiB'"),
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
