"""map. Search Reference: "map"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.options import options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.compile.subsearch import subsearch_rows
from storypack.engine.compile.union import unite
from storypack.engine.errors import SearchError
from storypack.engine.readings import reading
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.text import parse_search
from storypack.engine.values import to_text
from storypack.spl import tree

_MAP_LIMIT = 10


_TOKEN = re.compile(r"\$(?P<name>[^$\s][^$]*)\$")


@command("map")
def map_(node: tree.MapSearch, rows: Relation, session: Session) -> Relation:
    """A search run once for each row (10 at most), `$field$` in it being the row's value; all their rows together."""
    limit = whole(options_of(node.options).get("maxsearches", str(_MAP_LIMIT)), "maxsearches")
    found = subsearch_rows(rows, session, limit, internal=True)
    parts = []
    tokens = {match["name"] for match in _TOKEN.finditer(node.template)}
    if "maxsearches" not in options_of(node.options) and len(found) == limit and _more(rows, limit, session):
        session.warn(f"map: more than {limit} rows, the rest is left out, as in Splunk; maxsearches= sets the number")
    for row in found:
        if not tokens <= row.keys():
            if reading("map-missing-token") == "fails":
                raise SearchError(f"map: a row has no {', '.join(sorted(tokens - row.keys()))}")
            session.warn("map: rows without a value for a $token$ are passed over")
            continue
        pipeline = parse_search(_substituted(node.template, row), session)
        parts.append(session.materialise(session.subsearch(pipeline)))
    return unite(parts, "map") if parts else session.table({}, "map")


def _more(rows: Relation, limit: int, session: Session) -> bool:
    return bool(session.fetch(rows, "SELECT 1", f"LIMIT {limit + 1}")[limit:])


def _substituted(template: str, row: Mapping[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        cell = row.get(found["name"])
        if cell is None:
            return ""
        text = " ".join(cell) if isinstance(cell, list) else to_text(cell)
        return text.replace("\\", "\\\\").replace('"', '\\"')

    return _TOKEN.sub(value, template)
