"""The way from text to syntax tree: macros expanded, then parsed."""

from __future__ import annotations

from storypack.engine.errors import SearchError
from storypack.engine.session import Session
from storypack.spl import tree
from storypack.spl.macros import expand
from storypack.spl.parser import parse
from storypack.spl.source import SplError, line_column


def parse_search(spl: str, session: Session) -> tree.Pipeline:
    """The tree of a search, its macros expanded; SearchError, with the place, where it is none."""
    try:
        expanded = expand(spl, session.macros)
    except SplError as error:
        raise search_error(error, spl) from error
    try:
        return parse(expanded.text)
    except SplError as error:
        raise search_error(expanded.blame(error), spl) from error


def search_error(error: SplError, spl: str) -> SearchError:
    """The error of a parser as one of the engine."""
    line, column = line_column(spl, error.span.start)
    cure = f" ({error.cure})" if error.cure else ""
    return SearchError(f"line {line}, column {column}: {error.message}{cure}")
