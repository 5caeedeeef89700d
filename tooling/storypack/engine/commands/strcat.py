"""strcat. Search Reference: "strcat"."""

from __future__ import annotations

from storypack.engine.commands.options import flag
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree


@command("strcat")
def strcat(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Fields and quoted texts joined into the last field; a missing field is left out, or with allrequired=t all is."""
    words = [word for word in node.words if isinstance(word, tree.Word)]
    if len(words) < 2:
        raise SearchError("strcat takes fields or texts, and a field to put them into")
    required = flag(node.option("allrequired", "f"))
    *sources, target = words
    pieces = [quote(word.text) if word.quoted else as_text(rows.field(word.text)) for word in sources]
    joined = " || ".join(pieces) if required else f"concat({', '.join(pieces)})"
    value = Sql(f"({joined})", Kind.STRING)
    if required and rows.find(target.text):
        value = Sql(f"coalesce({joined}, {as_text(rows.field(target.text))})", Kind.STRING)
    return rows.extend("strcat", {target.text: value})
