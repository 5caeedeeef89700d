"""The state of one run: the DuckDB cursor, the clock, identifiers, warnings, lookups written by the search itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from storypack.engine.relation import Names
from storypack.engine.source import LookupTable, Source


@dataclass(frozen=True, slots=True)
class Macro:
    """A search macro: parameter names and definition, as in macros.conf."""

    definition: str
    args: tuple[str, ...] = ()
    iseval: bool = False


@dataclass
class Session:
    """One run of a search. `now` is the start of the search in epoch seconds (UTC)."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    now: float
    macros: Mapping[str, Macro] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    written: dict[str, LookupTable] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Say once that the result may differ from Splunk's."""
        if message not in self.warnings:
            self.warnings.append(message)

    def lookup(self, name: str) -> LookupTable | None:
        """A lookup, as this search may have overwritten it."""
        return self.written.get(name) or self.source.lookup(name)
