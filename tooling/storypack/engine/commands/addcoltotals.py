"""addcoltotals. Search Reference: "addcoltotals"."""

from __future__ import annotations

from storypack.engine.commands.addtotals import summed, with_total_row
from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("addcoltotals")
def addcoltotals(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A last row with the sum of each column of numbers."""
    rows = rows.closed()
    return with_total_row(rows, summed(node, rows), options_of(node.options), session)
