"""reverse. Search Reference: "reverse"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("reverse")
def reverse(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows in the opposite order."""
    if not rows.order:
        rows, _ = rows.numbered()
    return rows.stage("reverse", f"SELECT * FROM {rows.source}", order=tuple(key.flipped() for key in rows.order))
