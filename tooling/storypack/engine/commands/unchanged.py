"""Commands that change no row: they concern display or scheduling, or give what the events have already."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session


@command("typer", "highlight", "iconify", "localize", "localop", "noop", "redistribute")
def passed(node: object, rows: Relation, session: Session) -> Relation:
    """The rows as they are: event types are a field already, the rest only concerns display or scheduling."""
    return rows
