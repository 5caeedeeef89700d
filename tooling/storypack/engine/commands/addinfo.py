"""addinfo. Search Reference: "addinfo"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import (
    number_constant,
    string_constant,
)
from storypack.spl import tree


@command("addinfo")
def addinfo(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The search's time range, start and id beside each row (Search Reference: addinfo)."""
    latest = string_constant("+Infinity") if session.latest is None else number_constant(session.latest)
    return rows.extend(
        "addinfo",
        {
            "info_min_time": number_constant(session.earliest or 0.0),
            "info_max_time": latest,
            "info_sid": string_constant(f"{session.now:.0f}.1"),
            "info_search_time": number_constant(session.now),
        },
    )
