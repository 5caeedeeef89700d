"""accum. Search Reference: "accum"."""

from __future__ import annotations

from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number
from storypack.spl import tree


def named(words: list[str]) -> tuple[str, str]:
    """`field [AS name]`."""
    if len(words) == 3 and words[1].lower() == "as":
        return words[0], words[2]
    if len(words) != 1:
        raise SearchError("expected `field`, or `field AS name`")
    return words[0], ""


@command("accum")
def accum(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The running sum of a number; a row without one stays as it is."""
    name, alias = named(words_of(node.words))
    rows, place = rows.numbered()
    number = as_number(rows.field(name))
    total = f"sum({number}) OVER (ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    return rows.extend("accum", {alias or name: Sql(f"CASE WHEN {number} IS NOT NULL THEN {total} END", Kind.NUMBER)})
