"""fieldformat. Search Reference: "fieldformat"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session


@command("fieldformat")
def fieldformat(node: object, rows: Relation, session: Session) -> Relation:
    """How a field is shown; its value stays."""
    session.warn("fieldformat changes what people see, not the values; it has no effect here")
    return rows
