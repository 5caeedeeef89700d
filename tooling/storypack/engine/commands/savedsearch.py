"""savedsearch. Search Reference: "savedsearch"."""

from __future__ import annotations

from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import generating
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.text import parse_search
from storypack.spl import tree


@generating("savedsearch")
def savedsearch(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """The rows of a saved search."""
    return saved_search(" ".join(words_of(node.words)), session)


def saved_search(name: str, session: Session) -> Relation:
    text = session.source.saved_search(name)
    if text is None:
        raise SearchError(f"there is no saved search `{name}`")
    return session.subsearch(parse_search(text, session))
