"""Splunk's meaning of values as SQL functions: macros where SQL can say it, Python where it cannot.

All names begin with `spl_`. Defining all of them costs some 20 ms, so a connection gets only what its SQL names:

    provide(connection, sql)   # before connection.execute(sql)

A file of this folder for each matter. In it, `@udf` marks a Python function, and `macro(...)` defines an SQL macro; a
macro may use other macros and functions. Python functions take and give None for null, and never raise for a strange
value: they give null. What cannot be answered at all (a list of a million numbers) raises `Refused`.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from storypack.engine.udf.registry import Macro, PythonFunction, definitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

_MODULES = (
    "clock",
    "json",
    "json_changes",
    "keyvalue",
    "network",
    "numbers",
    "printf",
    "raw",
    "regex",
    "spath",
    "text",
    "timeformat",
    "values",
)
_NAME = re.compile(r"\bspl_[a-z0-9_]+")
_provided: WeakKeyDictionary[DuckDBPyConnection, set[str]] = WeakKeyDictionary()
_one_at_a_time = threading.Lock()  # a connection that is busy refuses every other call


def install(connection: DuckDBPyConnection) -> None:
    """Define every function on the connection; `provide` is cheaper where the SQL is known."""
    with _one_at_a_time:
        _define(connection, library())


def provide(connection: DuckDBPyConnection, sql: str) -> None:
    """Define on the connection the functions that `sql` names (and those that these need), unless they are there.

    Idempotent. A cursor of a connection shares its functions; give both the same connection here.
    """
    with _one_at_a_time:
        _define(connection, _NAME.findall(sql))


def library() -> dict[str, Macro | PythonFunction]:
    """All functions, by name."""
    for module in _MODULES:
        import_module(f"{__name__}.{module}")
    return definitions


def _define(connection: DuckDBPyConnection, names: Iterable[str]) -> None:
    there = _provided.setdefault(connection, set())
    missing = set(names) - there
    if not missing:
        return
    known = library()
    wanted: dict[str, Macro | PythonFunction] = {}  # what a macro needs comes before it

    def want(name: str) -> None:
        definition = known.get(name)
        if definition is None or name in there or name in wanted:
            return
        if isinstance(definition, Macro):
            for needed in _NAME.findall(definition.body):
                want(needed)
        wanted[name] = definition

    for name in sorted(missing):
        want(name)
    for definition in wanted.values():
        if isinstance(definition, PythonFunction):
            definition.define(connection)
    connection.execute(";".join(one.sql for one in wanted.values() if isinstance(one, Macro)) or "SELECT 1").fetchall()
    there.update(wanted)
