"""What a subsearch stands for in the search around it (Search Manual: "About subsearches"; Search Reference: format).

Its rows become `( ( a="1" AND b="2" ) OR ( ... ) )`. A field named `search` or `query` is put in as it is. No row at
all becomes `NOT ( )`, which matches nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import identifier
from storypack.engine.values import from_column, to_text
from storypack.spl import tree
from storypack.spl.parser import parse_expression, parse_term
from storypack.spl.source import SplError
from storypack.spl.terms import TIME_MODIFIERS

SUBSEARCH_LIMIT = 10_000
"""Rows that a subsearch gives at most (limits.conf: [subsearch] maxout)."""

_RAW = ("search", "query")

NOTHING = "NOT( )"
"""What no rows become."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The six texts that `format` puts around and between."""

    row_prefix: str = "("
    column_prefix: str = "("
    column_separator: str = "AND"
    column_end: str = ")"
    row_separator: str = "OR"
    row_end: str = ")"


def subsearch_rows(
    rows: Relation, session: Session, limit: int = SUBSEARCH_LIMIT, *, internal: bool = False
) -> list[dict[str, Any]]:
    """The rows as dictionaries without nulls; `internal` = with the fields that begin with `_`."""
    rows = rows.closed()
    named = {name: column for name, column in rows.columns.items() if internal or not name.startswith("_")}
    if not named:
        return []
    select = "SELECT " + ", ".join(identifier(column.ident) for column in named.values())
    found = session.fetch(rows, select, f"{rows.order_by} LIMIT {limit + 1}")
    if len(found) > limit == SUBSEARCH_LIMIT:
        session.warn(f"a subsearch gave more than {limit:,} rows: the rest is left out, as in Splunk")
    found = found[:limit]
    return [
        {name: from_column(value) for name, value in zip(named, row, strict=True) if value is not None} for row in found
    ]


def format_rows(
    rows: Sequence[Mapping[str, Any]],
    marks: Marks | None = None,
    multi_separator: str = "OR",
    empty: str = NOTHING,
) -> str:
    """The text that `format` makes of rows."""
    marks = marks or Marks()
    parts = []
    for row in rows:
        # the fields come in alphabetical order, as in the examples of the Search Reference
        terms = [_format_field(name, row[name], multi_separator) for name in sorted(row)]
        terms = [term for term in terms if term]
        if terms:
            joined = f" {marks.column_separator} ".join(terms)
            parts.append(f"{marks.column_prefix} {joined} {marks.column_end}")
    if not parts:
        return empty
    return f"{marks.row_prefix} {f' {marks.row_separator} '.join(parts)} {marks.row_end}"


def _format_field(name: str, value: Any, separator: str) -> str:
    values = value if isinstance(value, list) else [value]
    if name in _RAW:
        terms = [f"( {to_text(one)} )" if len(values) > 1 else to_text(one) for one in values]
    else:
        terms = [f"{_name(name)}={quoted(to_text(one))}" for one in values]
    return terms[0] if len(terms) == 1 else f"( {f' {separator} '.join(terms)} )"


def _name(name: str) -> str:
    return name if all(character not in ' "()=,' for character in name) else quoted(name)


def quoted(text: str) -> str:
    """A value in double quotes."""
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    """A value as it stands within double quotes; a star stays a wildcard, as in Splunk."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def subsearch_text(pipeline: tree.Pipeline, session: Session) -> str:
    """The text that a subsearch is replaced by."""
    rows = subsearch_rows(session.subsearch(pipeline), session)
    if len(rows) == 1 and set(rows[0]) in ({"search"}, {"query"}):
        (value,) = rows[0].values()
        return value if isinstance(value, str) else format_rows(rows)
    return format_rows(rows)


def subsearch_term(pipeline: tree.Pipeline, session: Session) -> tree.Term:
    """The condition that a subsearch stands for: what parsing its text would give."""
    rows = subsearch_rows(session.subsearch(pipeline), session)
    return tree.Or(tuple(term for row in rows if (term := _row_term(row, session)) is not None))


def _row_term(row: Mapping[str, Any], session: Session) -> tree.Term | None:
    terms = [_field_term(name, row[name], session) for name in sorted(row)]
    present = tuple(term for term in terms if term is not None)
    return present[0] if len(present) == 1 else tree.And(present) if present else None


def _field_term(name: str, value: Any, session: Session) -> tree.Term | None:
    values = [to_text(one) for one in (value if isinstance(value, list) else [value])]
    if name in _RAW:
        terms = tuple(_parsed(text, session) for text in values if text.strip())
    elif name in TIME_MODIFIERS:
        terms = tuple(tree.TimeModifier(name, text) for text in values)
    else:
        terms = tuple(tree.Compare(tree.Field(name), "=", tree.Word(_escaped(text), True)) for text in values)
    return tree.Or(terms) if len(terms) > 1 else terms[0] if terms else None


def _parsed(text: str, session: Session) -> tree.Term:
    if text.replace(" ", "") == "NOT()":
        return tree.Or(())
    try:
        return parse_term(text)
    except SplError as error:
        raise SearchError(f"a subsearch gave the condition `{text[:200]}`: {error.message}", session.stage) from error


def subsearch_expression(pipeline: tree.Pipeline, session: Session) -> tree.Expr:
    """The eval expression that a subsearch stands for in `where` and `eval`."""
    text = subsearch_text(pipeline, session)
    try:
        return parse_expression(text)
    except SplError as error:
        raise SearchError(f"a subsearch gave the expression `{text[:200]}`: {error.message}", session.stage) from error
