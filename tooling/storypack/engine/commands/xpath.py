"""xpath. Search Reference: "xpath"."""

from __future__ import annotations

from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree


@command("xpath")
def xpath(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """What an XPath finds in a field's XML."""
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError("xpath takes one path in quotes")
    source = rows.field(node.option("field", "_raw"))
    default = node.option("default")
    value = f"spl_xpath({as_text(source)}, {quote(words[0])})" if source.kind is not Kind.NULL else "NULL"
    if default:
        value = f"coalesce({value}, [{quote(default)}])"
    return rows.extend("xpath", {node.option("outfield", "xpath"): Sql(value, Kind.MULTI)})
