"""delta. Search Reference: "delta"."""

from __future__ import annotations

from storypack.engine.commands.accum import named
from storypack.engine.commands.options import whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number
from storypack.spl import tree


@command("delta")
def delta(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A number less that of the row `p` rows before."""
    name, alias = named(words_of(node.words))
    back = whole(node.option("p", "1"), "p")
    rows, place = rows.numbered()
    number = as_number(rows.field(name))
    value = f"({number} - lag({number}, {back}) OVER (ORDER BY {place}))"
    return rows.extend("delta", {alias or f"delta({name})": Sql(value, Kind.NUMBER)})
