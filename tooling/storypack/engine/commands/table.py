"""table. Search Reference: "table"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen, field_names
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import NULL
from storypack.spl import tree


@command("table")
def table(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Only these columns, in this order; one that no row has stays, empty."""
    names = chosen(field_names(node.words), rows)
    missing = {name for name in names if rows.find(name) is None}
    if missing:
        rows = rows.extend("table", dict.fromkeys(sorted(missing), NULL))
    return rows.keep(names)
