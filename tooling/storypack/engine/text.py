"""The way from text to syntax tree: parsing, and macros expanded."""

from __future__ import annotations

from storypack.engine.session import Session
from storypack.spl import tree
from storypack.spl.parser import parse


def parse_search(spl: str, session: Session) -> tree.Pipeline:
    """The tree of a whole search, its macros expanded."""
    return parse(spl)
