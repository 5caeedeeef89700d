"""filldown. Search Reference: "filldown"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql
from storypack.spl import tree


@command("filldown")
def filldown(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Nulls become the last value before them: of the named fields, or of all."""
    names = words_of(node.words)
    names = chosen(names, rows) if names else rows.all_names()
    rows, place = rows.numbered()
    values = {}
    for name in names:
        field = rows.field(name)
        if field.kind is not Kind.NULL:
            window = f"OVER (ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
            values[name] = Sql(f"last_value({field.text} IGNORE NULLS) {window}", field.kind)
    return rows.extend("filldown", values)
