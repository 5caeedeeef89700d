"""addinfo. Search Reference: "addinfo"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, number_constant, string_constant
from storypack.spl import tree


@command("addinfo")
def addinfo(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The search's time range, start and id beside each row (Search Reference: addinfo)."""
    earliest, latest = session.limits_sql()
    start = session.start_sql()
    return rows.extend(
        "addinfo",
        {
            "info_min_time": earliest or number_constant(0.0),
            "info_max_time": latest or string_constant("+Infinity"),
            "info_sid": Sql(f"printf('%.0f.1', {start.text})", Kind.STRING),
            "info_search_time": start,
        },
    )
