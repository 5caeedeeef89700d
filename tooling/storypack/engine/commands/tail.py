"""tail. Search Reference: "tail"."""

from __future__ import annotations

from storypack.engine.commands.options import whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.reverse import reverse
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("tail")
def tail(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The last rows (10), last one first."""
    words = words_of(node.words)
    rows = reverse(node, rows, session)
    return rows.stage(
        "tail",
        f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {whole(words[0], 'the number of rows') if words else 10}",
    )
