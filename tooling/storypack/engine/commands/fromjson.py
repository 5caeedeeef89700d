"""fromjson. Search Reference: "fromjson"."""

from __future__ import annotations

from storypack.engine.commands.extract import extracted
from storypack.engine.commands.options import options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text, quote
from storypack.spl import tree


@command("fromjson")
def fromjson(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A field for each key of a JSON object; objects and arrays of objects stay JSON."""
    options = options_of(node.options)
    words = words_of(node.words)
    if len(words) != 1:
        raise SearchError("fromjson takes one field")
    source = rows.field(words[0])
    if source.kind is Kind.NULL:
        return rows
    call = f"spl_fromjson({as_text(source)}, {quote(options.get('prefix', ''))})"
    return extracted(rows, call, session, "fromjson")
