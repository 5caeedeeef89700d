"""spath. Search Reference: "spath"."""

from __future__ import annotations

from storypack.engine.commands.extract import extracted
from storypack.engine.commands.options import options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import NULL, Kind, Sql, as_text
from storypack.engine.udf.spath import spath_sql
from storypack.spl import tree


@command("spath")
def spath(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """What stands at a path of JSON or XML; without a path everything, under the name of its path."""
    options = options_of(node.options)
    words = words_of(node.words)
    source = rows.field(options.get("input", "_raw"))
    path = options.get("path") or (words[0] if words else "")
    if path:
        output = options.get("output", path)
        if source.kind is Kind.NULL:
            return rows if rows.find(output) else rows.extend("spath", {output: NULL})
        return rows.extend("spath", {output: Sql(spath_sql(as_text(source), path), Kind.MULTI)})
    if source.kind is Kind.NULL:
        return rows
    return extracted(rows, f"spl_flatten({as_text(source)})", session, "spath")
