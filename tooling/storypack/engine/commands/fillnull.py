"""fillnull. Search Reference: "fillnull"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import unify
from storypack.engine.compile.compare import constant_number
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, identifier, number_constant, string_constant
from storypack.spl import tree


@command("fillnull")
def fillnull(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Nulls become a value (0): of the named fields, which are made if need be, or of all that some row has."""
    value = node.option("value", "0")
    names = words_of(node.words)
    if names:
        names = chosen(names, rows)
    else:
        rows = session.materialise(rows)
        names = filled_somewhere(rows, session)
    return rows.extend("fillnull", {name: _filled(rows.field(name), value) for name in names})


def filled_somewhere(rows: Relation, session: Session) -> list[str]:
    """The fields that have a value in at least one row; `rows` are materialised."""
    if not rows.columns:
        return []
    counts = ", ".join(f"count({identifier(column.ident)})" for column in rows.columns.values())
    found = session.fetch(rows, f"SELECT {counts}")[0]
    return [name for name, count in zip(rows.columns, found, strict=True) if count]


def _filled(field: Sql, text: str) -> Sql:
    value = string_constant(text)
    number = constant_number(value)
    if number is not None and field.kind in (Kind.NUMBER, Kind.NULL):
        value = number_constant(number)
    kind, (a, b) = unify([field, value])
    return Sql(f"coalesce({a}, {b})", kind)
