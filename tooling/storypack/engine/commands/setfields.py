"""setfields. Search Reference: "setfields"."""

from __future__ import annotations

from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import (
    string_constant,
)
from storypack.spl import tree


@command("setfields")
def setfields(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Fields set to texts (Search Reference: setfields)."""
    return rows.extend("setfields", {name: string_constant(text) for name, text in options_of(node.options).items()})
