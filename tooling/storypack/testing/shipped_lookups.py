"""The lookups that Splunk's own apps ship, as tables of the engine. A search needs them without any pack."""

from __future__ import annotations

from storypack.engine.knowledge.apps import match_types
from storypack.engine.source import LookupTable
from storypack.engine.values import to_text
from storypack.world import shipped


def shipped_lookups() -> dict[str, LookupTable]:
    """The lookups that Splunk's own apps ship. One that each site fills has no rows, and any column."""
    return {name: shipped_lookup(name) for name in shipped.lookups()}


def shipped_lookup(name: str) -> LookupTable:
    """A lookup that Splunk's own apps bring, with the rows that they deliver."""
    delivered = shipped.delivered_lookup(name)
    kinds = match_types("WILDCARD(domain)") if "domain" in delivered.fields else {}
    rows = [{key: to_text(value) for key, value in row.items()} for row in delivered.rows]
    return LookupTable(name, delivered.fields, rows, kinds, case_sensitive=False, fault=delivered.problem)
