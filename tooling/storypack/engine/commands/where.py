"""where. Search Reference: "where"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("where")
def where(node: tree.Where, rows: Relation, session: Session) -> Relation:
    """Rows for which the expression is true."""
    return rows.where("where", compile_condition(node.condition, rows, session))
