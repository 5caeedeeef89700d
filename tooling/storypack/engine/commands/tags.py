"""tags. Search Reference: "tags"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session


@command("tags", without_effect="outputfield inclname inclvalue allowed_tags")
def tags(node: object, rows: Relation, session: Session) -> Relation:
    """The rows as they are: the tags of the events are a field already."""
    return rows
