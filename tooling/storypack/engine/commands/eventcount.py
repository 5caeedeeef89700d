"""eventcount. Search Reference: "eventcount"."""

from __future__ import annotations

from storypack.engine.commands.metadata import events_of
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import generating
from storypack.engine.commands.stats import Measure, grouped
from storypack.engine.errors import NotSupported
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import string_constant
from storypack.spl import tree


@generating("eventcount")
def eventcount(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """How many events there are, whatever the time range: together, or in each index (summarize=f)."""
    options = options_of(node.options)
    if flag(options.get("report_size", "f")):
        raise NotSupported("option", "report_size=t", "there are no indexes that have a size")
    before = session.earliest, session.latest
    session.earliest = session.latest = None
    try:
        events = events_of(node.options, session)
    finally:
        session.earliest, session.latest = before
    count = Measure("count", "count", None)
    if flag(options.get("summarize", "t")):
        return grouped(events, [], [count], "eventcount", session)
    table = grouped(events, ["index"], [count], "eventcount", session)
    table = table.extend("eventcount", {name: string_constant("local") for name in ("provider", "server")})
    return table.keep(["count", "index", "provider", "server"])
