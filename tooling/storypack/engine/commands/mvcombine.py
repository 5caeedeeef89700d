"""mvcombine. Search Reference: "mvcombine"."""

from __future__ import annotations

from storypack.engine.commands.options import only_field
from storypack.engine.commands.registry import command
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_multi, identifier
from storypack.spl import tree


@command("mvcombine")
def mvcombine(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Rows that differ in one field only become one row with all its values."""
    name = only_field(node)
    rows = rows.closed()
    field = rows.field(name)
    if field.kind is Kind.NULL:
        return rows
    rows, place = rows.numbered()
    others = {other: column for other, column in rows.columns.items() if other != name}
    columns = {other: Column(rows.names.new(other), column.kind) for other, column in others.items()}
    combined = Column(rows.names.new(name), Kind.MULTI, node.option("delim", " "))
    first = identifier(rows.names.new("__first"))
    selects = [f"{identifier(column.ident)} AS {identifier(columns[other].ident)}" for other, column in others.items()]
    values = f"flatten(list({as_multi(field)} ORDER BY {place}) FILTER (WHERE {field.text} IS NOT NULL))"
    selects += [f"{values} AS {identifier(combined.ident)}", f"min({place}) AS {first}"]
    text = f"SELECT {', '.join(selects)} FROM {rows.source}"
    if others:
        # rows without the field are not combined
        text += f" GROUP BY {', '.join(str(at + 1) for at in range(len(others)))}"
        text += f", CASE WHEN {field.text} IS NULL THEN {place} END"
    kept = {other: combined if other == name else columns[other] for other in rows.columns}
    return rows.stage("mvcombine", text, columns=kept, order=(OrderKey(first),), closes=True)
