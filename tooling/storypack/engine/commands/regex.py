"""regex. Search Reference: "regex"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.commands.rex import pattern_of
from storypack.engine.compile.compare import any_value
from storypack.engine.pcre import checked
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, as_text
from storypack.engine.udf.re2 import match_sql
from storypack.spl import tree


@command("regex")
def regex(node: tree.Regex, rows: Relation, session: Session) -> Relation:
    """Rows in which a field matches a pattern; with `!=` those in which it does not."""
    pattern = pattern_of(node.pattern)
    checked(pattern)
    field = rows.field(node.field.name if node.field else "_raw")
    if field.kind is Kind.NULL:
        condition = "FALSE"
    elif field.kind is Kind.MULTI:
        condition = any_value(field, "", lambda one: match_sql(one.text, pattern)).text
    else:
        condition = match_sql(as_text(field), pattern)
    if node.op == "!=":
        condition = f"NOT coalesce({condition}, FALSE)"
    return rows.where("regex", condition)
