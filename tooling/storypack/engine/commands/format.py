"""format. Search Reference: "format"."""

from __future__ import annotations

from storypack.engine.commands.options import options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.subsearch import SUBSEARCH_LIMIT, Marks, format_rows, subsearch_rows
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("format")
def format_(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """One row whose field `search` is the condition that the rows stand for."""
    options = options_of(node.options)
    words = words_of(node.words)
    if len(words) not in (0, 6):
        raise SearchError("format takes no texts, or six of them")
    limit = whole(options.get("maxresults", "0"), "maxresults") or SUBSEARCH_LIMIT
    found = subsearch_rows(rows, session, limit)
    text = format_rows(
        found, Marks(*words) if words else None, options.get("mvsep", "OR"), options.get("emptystr", "NOT( )")
    )
    return session.table({"search": [text]}, "format")
