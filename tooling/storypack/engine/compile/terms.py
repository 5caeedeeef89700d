"""The boolean grammar of `search` as SQL (Search Reference: search; Search Manual: "Boolean expressions").

A term is true or not: a comparison with a field that is not there is false, and `NOT` makes that true. `=` and `!=`
compare text, without case (1 is not 1.0), `<` and its kin numbers where both sides are; `*` is a wildcard, a subnet
matches its addresses, and of a multivalue field one value has to match.
"""

from __future__ import annotations

import re
from typing import Protocol

from storypack.engine.compile.bulk import compile_or
from storypack.engine.compile.compare import any_value, compare
from storypack.engine.compile.patterns import Pattern, is_whole, keyword_matches, matches, parse_pattern
from storypack.engine.compile.times import modern, resolve_time
from storypack.engine.errors import SearchError
from storypack.engine.functions import FunctionContext
from storypack.engine.functions import call as call_function
from storypack.engine.readings import reading
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, number_constant, quote, string_constant
from storypack.engine.text import parse_condition_term
from storypack.spl import tree

_NO_CONTEXT = FunctionContext(lambda: number_constant(0.0))
_CIDR = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)/\d{1,3}")
_TIME_FIELDS = {
    "earliest": ("_time", ">="),
    "latest": ("_time", "<"),
    "_index_earliest": ("_indextime", ">="),
    "_index_latest": ("_indextime", "<"),
}


class Fields(Protocol):
    """Whatever can say what a field is: a relation."""

    def field(self, name: str) -> Sql:
        """The SQL of a field; NULL where there is none."""


def compile_term(term: tree.Term, rows: Fields, session: Session) -> str:
    """BOOLEAN SQL of a search expression, never NULL where it stands under a NOT."""
    match term:
        case tree.And(terms):
            return "(" + (" AND ".join(compile_term(one, rows, session) for one in terms) or "TRUE") + ")"
        case tree.Or(terms):
            return compile_or(terms, rows.field, lambda one: compile_term(one, rows, session))
        case tree.Not(tree.And(())):
            return "TRUE" if reading("empty-not") == "every" else "FALSE"
        case tree.Not(inner):
            return f"(NOT coalesce({compile_term(inner, rows, session)}, FALSE))"
        case tree.Compare(field, op, value):
            if not isinstance(value, tree.Word):
                raise SearchError(f"the value of `{field.name}` is not resolved", session.stage)
            return compare_value(rows.field(_name(field)), op, value.text)
        case tree.In(field, values):
            return _in_list(rows.field(_name(field)), [v.text for v in values if isinstance(v, tree.Word)])
        case tree.Keyword(text):
            return _keyword(rows.field("_raw"), text)
        case tree.Directive():
            return _directive(term, rows)
        case tree.TimeModifier(name, value) if name in _TIME_FIELDS:
            return _time(name, value, rows, session)
        case tree.TimeModifier():
            return compile_term(tree.And(tuple(modern([term], session))), rows, session)
        case _:
            raise SearchError(f"cannot search for a {type(term).__name__} that is not resolved", session.stage)


def _name(field: tree.Field) -> str:
    """The name of a field of search, whose single quotes may be a part of it."""
    name = field.name
    quoted = len(name) > 2 and name[0] == name[-1] == "'"
    return name[1:-1] if quoted and reading("single-quotes") == "quotes" else name


def compare_value(field: Sql, op: str, text: str) -> str:
    """`field op text` of search."""
    if field.kind is Kind.NULL:
        return "FALSE"
    if op in ("=", "!="):
        return _equal(field, parse_pattern(text), negated=op == "!=")
    return compare(op, field, string_constant(text)).text


def _equal(field: Sql, pattern: Pattern, *, negated: bool) -> str:
    if pattern.anything:
        return "FALSE" if negated else f"({field.text} IS NOT NULL)"
    if field.kind is Kind.MULTI:
        return any_value(field, "", lambda one: _equal(one, pattern, negated=negated)).text
    literal = pattern.literal
    if literal is not None and field.kind is Kind.NUMBER and is_whole(literal):
        return f"({field.text} {'<>' if negated else '='} {float(literal)!r})"
    text = as_text(field)
    condition = matches(text, pattern)
    if literal is not None and _CIDR.fullmatch(literal):
        inside = call_function("cidrmatch", [string_constant(literal), Sql(text, Kind.STRING)], _NO_CONTEXT)
        condition = f"({condition} OR {inside.text})"
    return f"(NOT {condition})" if negated else f"({condition})"


def _in_list(field: Sql, texts: list[str]) -> str:
    if field.kind is Kind.NULL:
        return "FALSE"
    plain = [parse_pattern(text).literal for text in texts]
    simple = [text for text in plain if text and "/" not in text]
    if field.kind is Kind.STRING and len(simple) == len(texts) > 1:
        return f"(lower({field.text}) IN ({', '.join(quote(text.lower()) for text in simple)}))"
    return "(" + " OR ".join(compare_value(field, "=", text) for text in texts) + ")"


def _keyword(raw: Sql, text: str) -> str:
    pattern = parse_pattern(text)
    if pattern.anything:
        return "TRUE"
    if raw.kind is Kind.NULL:
        return "FALSE"
    return keyword_matches(as_text(raw), pattern)


def _directive(term: tree.Directive, rows: Fields) -> str:
    pattern = parse_pattern(term.text)
    fold = term.name != "CASE"
    if term.field is None:
        raw = rows.field("_raw")
        if raw.kind is Kind.NULL:
            return "FALSE"
        return keyword_matches(as_text(raw), pattern, fold=fold, major_only=term.name == "TERM")
    field = rows.field(term.field.name)
    if field.kind is Kind.NULL:
        return "FALSE"
    if field.kind is Kind.MULTI:
        return any_value(field, "", lambda one: matches(one.text, pattern, fold=fold)).text
    return f"({matches(as_text(field), pattern, fold=fold)})"


def _time(name: str, value: str, rows: Fields, session: Session) -> str:
    limit = resolve_time(value, session)
    field, sign = _TIME_FIELDS[name]
    if limit is None:
        return "TRUE"
    time = rows.field(field)
    if time.kind is Kind.NULL:
        return "FALSE"
    return f"({as_number(time)} {sign} {limit!r})"


def compile_text(text: str, rows: Fields, session: Session) -> str:
    """BOOLEAN SQL of a search expression given as text (`searchmatch`)."""
    return compile_term(parse_condition_term(text), rows, session)
