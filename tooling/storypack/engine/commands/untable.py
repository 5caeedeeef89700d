"""untable. Search Reference: "untable"."""

from __future__ import annotations

from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_multi, identifier, quote
from storypack.spl import tree


@command("untable")
def untable(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each cell: the value of the first field, the column's name, the cell."""
    words = words_of(node.words)
    if len(words) != 3:
        raise SearchError("untable takes the row field, a name for the column names, a name for the values")
    row_name, label_name, value_name = words
    if len(set(words)) != 3:
        raise SearchError("untable: the row field and the names for the column names and the values must differ")
    rows = session.materialise(rows)
    row = rows.field(row_name)
    others = {n: column for n, column in rows.columns.items() if n != row_name and not n.startswith("_")}
    if not others:
        return session.table({name: [] for name in words}, "untable")
    kind = Kind.NUMBER if all(column.kind is Kind.NUMBER for column in others.values()) else Kind.MULTI
    cells = [column.sql.text if kind is Kind.NUMBER else as_multi(column.sql) for column in others.values()]
    columns = {
        row_name: Column(rows.names.new(row_name), row.kind if row.kind is not Kind.NULL else Kind.STRING),
        label_name: Column(rows.names.new(label_name), Kind.STRING),
        value_name: Column(rows.names.new(value_name), kind),
    }
    ids = [identifier(column.ident) for column in columns.values()]
    place = identifier(rows.names.new("__place"))
    before = rows.order[0].text
    text = (
        f"SELECT {row.text} AS {ids[0]}, unnest([{', '.join(quote(name) for name in others)}]) AS {ids[1]}, "
        f"unnest([{', '.join(cells)}]) AS {ids[2]}, unnest(range({len(others)})) AS {place}, {before} "
        f"FROM {rows.source}"
    )
    table = rows.stage("untable", text, columns=columns, order=(OrderKey(before), OrderKey(place)), closes=True)
    return table.where("untable", f"{ids[2]} IS NOT NULL")
