"""Running SPL on DuckDB: reading events, search-time knowledge, one file per command family.

    rows = run_search("stats count by user", events=[{"user": "kim"}])

`run_search` is the whole of it for events in memory; `search` runs over any `Source` and tells more (`Result`). The
names here are loaded when they are first used, so that DuckDB is not imported before it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storypack.engine.errors import EngineError, NotSupported, SearchError
    from storypack.engine.run import Result, run_search, search

_HOMES = {
    "EngineError": "errors",
    "NotSupported": "errors",
    "SearchError": "errors",
    "Result": "run",
    "run_search": "run",
    "search": "run",
}

__all__ = ["EngineError", "NotSupported", "Result", "SearchError", "run_search", "search"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
