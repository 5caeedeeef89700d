"""reltime. Search Reference: "reltime"."""

from __future__ import annotations

from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import (
    Kind,
    Sql,
    as_number,
)
from storypack.spl import tree


@command("reltime")
def reltime(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """How long ago a time was, in words: `5 days ago` (Search Reference: reltime)."""
    session.warn(
        "reltime: from which age on Splunk counts in the next unit is not documented; here a month has 30 days"
    )
    options = options_of(node.options)
    names = [name.strip() for name in options.get("timefield", "_time").split(",") if name.strip()]
    prefix = options.get("prefix", "" if len(names) == 1 else "reltime_")
    values = {}
    for name in names:
        target = prefix + ("reltime" if len(names) == 1 else name)
        values[target] = Sql(f"spl_age({session.now!r} - {as_number(rows.field(name))})", Kind.STRING)
    return rows.extend("reltime", values)
