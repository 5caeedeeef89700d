"""require. Search Reference: "require"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("require")
def require(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows, if there are any; an error if there are none (Search Reference: require)."""
    rows = session.materialise(rows)
    if not session.dry and not session.fetch(rows, "SELECT count(*)")[0][0]:
        raise SearchError("require: the search before it gives no results")
    return rows
