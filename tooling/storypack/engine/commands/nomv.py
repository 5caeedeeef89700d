"""nomv. Search Reference: "nomv"."""

from __future__ import annotations

from storypack.engine.commands.options import only_field
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, quote
from storypack.spl import tree


@command("nomv")
def nomv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Several values joined into one: by newlines, or as the command that made them says (stats, mvcombine)."""
    name = only_field(node)
    column = rows.find(name)
    if column is None or column.kind is not Kind.MULTI:
        return rows
    text = f"array_to_string({column.sql.text}, {quote(column.delimiter)})"
    return rows.extend("nomv", {name: Sql(text, Kind.STRING)})
