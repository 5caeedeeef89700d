"""The macros and lookups that any search can use: Splunk's own apps', above them the add-ons', above them its own.

One place for `test`, `search` and `investigate`, so that they run what `validate` knows (`world.shipped`)."""

from __future__ import annotations

from collections.abc import Mapping

from storypack.engine.knowledge.apps import Knowledge, match_types
from storypack.engine.source import LookupTable
from storypack.engine.values import to_text
from storypack.spl.macros import MacroDefinition
from storypack.world import shipped


def known_macros(knowledge: Knowledge, own: Mapping[str, MacroDefinition]) -> dict[str, MacroDefinition]:
    """Macros by stanza."""
    return {**shipped.delivered_macros(), **knowledge.macro_definitions(), **own}


def known_lookups(knowledge: Knowledge, own: Mapping[str, LookupTable]) -> dict[str, LookupTable]:
    """Lookups by name. Those of the add-ons are left to `knowledge`, which reads a table when it is asked for."""
    return {**{name: shipped_lookup(name) for name in shipped.lookups() if not knowledge.lookup(name)}, **own}


def shipped_lookup(name: str) -> LookupTable:
    """A lookup that Splunk's own apps bring, with the rows that they deliver; one that each site fills has no rows, and
    any column."""
    delivered = shipped.delivered_lookup(name)
    kinds = match_types("WILDCARD(domain)") if "domain" in delivered.fields else {}
    rows = [{key: to_text(value) for key, value in row.items()} for row in delivered.rows]
    return LookupTable(name, delivered.fields, rows, kinds, case_sensitive=False, fault=delivered.problem)
