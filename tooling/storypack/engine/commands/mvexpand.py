"""mvexpand. Search Reference: "mvexpand"."""

from __future__ import annotations

from storypack.engine.commands.options import only_field, whole
from storypack.engine.commands.registry import command
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, identifier
from storypack.spl import tree


@command("mvexpand")
def mvexpand(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each value of a field; `limit` values of each row at most (0 = all).

    A row without the field gives none: people give such rows a placeholder before the command (fillnull in
    gjanders/SplunkAdmins' savedsearches.conf; remg427/misp42splunk#127)."""
    name = only_field(node)
    limit = whole(node.option("limit", "0"), "limit")
    field = rows.field(name)
    if field.kind is not Kind.MULTI:
        return rows.where("mvexpand", f"{field.text} IS NOT NULL")
    values = f"list_slice({field.text}, 1, {limit})" if limit else field.text
    column = Column(rows.names.new(name), Kind.STRING)
    place = identifier(rows.names.new("__place"))
    text = (
        f"SELECT *, unnest({values}) AS {identifier(column.ident)}, "
        f"unnest(range(len({values}))) AS {place} FROM {rows.source}"
    )
    columns = {**rows.columns, name: column}
    return rows.stage("mvexpand", text, columns=columns, order=(*rows.order, OrderKey(place)))
