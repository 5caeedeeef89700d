"""xmlkv. Search Reference: "xmlkv"."""

from __future__ import annotations

from storypack.engine.commands.extract import extracted
from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text
from storypack.spl import tree


@command("xmlkv", without_effect="maxinputs")
def xmlkv(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A field for each XML element of the text, under its tag."""
    words = words_of(node.words)
    source = rows.field(words[0] if words else "_raw")
    return rows if source.kind is Kind.NULL else extracted(rows, f"spl_xmlkv({as_text(source)})", session, "xmlkv")
