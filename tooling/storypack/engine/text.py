"""The way from text to syntax tree: macros expanded, then parsed."""

from __future__ import annotations

import re

from storypack.engine.errors import SearchError
from storypack.engine.session import Session
from storypack.engine.sql import as_text
from storypack.spl import tree
from storypack.spl.calls import macro_call
from storypack.spl.macros import expand
from storypack.spl.parser import parse, parse_expression, parse_term
from storypack.spl.source import SplError, line_column
from storypack.spl.tokens import MACRO, STRING, unquote

_CALL = re.compile(MACRO)
_QUOTED = re.compile(rf"\(\s*({STRING})\s*\)").fullmatch


def parse_search(spl: str, session: Session) -> tree.Pipeline:
    """The tree of a search, its macros expanded; SearchError, with the place, where it is none."""
    try:
        expanded = expand(spl, session.macros)
    except SplError as error:
        raise search_error(error, spl) from error
    if expanded.kept:
        return parse_search(_CALL.sub(lambda call: _evaluated(call[0], session), expanded.text), session)
    try:
        return parse(expanded.text)
    except SplError as error:
        raise search_error(expanded.blame(error), spl) from error


def _evaluated(written: str, session: Session) -> str:
    """What an `iseval` macro's call stands for: its definition is an eval expression, its value the text put there."""
    call = macro_call(written, 0)
    definition = session.macros.get(f"{call.name}({len(call.args)})" if call.args else call.name)
    if definition is None or not definition.iseval:
        return written
    text = definition.definition
    for name, value in zip(definition.args, call.args, strict=True):
        text = text.replace(f"${name}$", value)
    rows = session.compile(parse_search(f"| makeresults | eval value={text}", session), session, None)
    value = session.fetch(rows, f"SELECT {as_text(rows.field('value'))}")[0][0]
    if value is None:
        raise SearchError(f"the definition of macro `{call.name}` gives no text")
    return str(value)


def search_error(error: SplError, spl: str) -> SearchError:
    """The error of a parser as one of the engine."""
    line, column = line_column(spl, error.span.start)
    cure = f" ({error.cure})" if error.cure else ""
    return SearchError(f"line {line}, column {column}: {error.message}{cure}")


def parse_condition(text: str) -> tree.Expr:
    """The eval expression in an option's value: `(x > 5)`, `eval(x > 5)`, and streamstats' `("x > 5")`."""
    bare = text.strip()
    if bare.lower().startswith("eval(") and bare.endswith(")"):
        bare = bare[5:-1]
    if quoted := _QUOTED(bare):
        bare = unquote(quoted[1])
    try:
        return parse_expression(bare)
    except SplError as error:
        raise SearchError(f"`{text}`: {error.message}") from error


def parse_condition_term(text: str) -> tree.Term:
    """Search terms in an option's value: `"login failed"`, `(action=x OR action=y)`."""
    try:
        return parse_term(text)
    except SplError as error:
        raise SearchError(f"`{text}`: {error.message}") from error
