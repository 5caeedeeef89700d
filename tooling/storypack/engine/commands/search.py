"""search. Search Reference: "search"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.compile.resolve import resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("search")
def search(node: tree.Search, rows: Relation, session: Session) -> Relation:
    """Rows for which the term is true. (As the first command it reads the events: compile.pipeline.)"""
    term = resolve(node.term, session)
    return rows if term is None else rows.where("search", compile_term(term, rows, session))
