"""A condition that holds wherever a base filter holds and costs far less: by which events that no search can match are
thrown away before anything is extracted from them.

What is cheap is asked as it is: paths of JSON, of which all are looked up in one parse of the event. In place of any
other comparison stands a text that every event must hold that matches it (see `needles`), and else TRUE.

To see what a comparison costs it must be compiled, and what has been compiled is looked up in each event. So an outline
is made over fields that are thrown away, and SQL of it over those that stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import EngineError
from storypack.engine.filters import Filters, labels, unlabelled
from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.knowledge.fields import TAG_OF, OriginFields
from storypack.engine.needles import needle_sql
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql
from storypack.spl import tree
from storypack.spl.fields.walk import walk

_COSTLY = re.compile(r"\bspl_(?!json_text\b)|\blambda\b|\b_raw\b|__indexed|\bregexp_|\brandom\b")
_LOWER = re.compile(r'\blower\(("(?:[^"]|"")+")\)')


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that is asked as it is, or (`by_needle`) by a text that must stand in the event."""

    term: tree.Term
    by_needle: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Outlines of which all must hold, or (`any`) one."""

    parts: tuple[Outline, ...]
    any: bool


Outline = bool | Comparison | Together


def possible_terms(filters: Filters, fields: OriginFields) -> list[tree.Term]:
    """Those of the base filters that events of an origin may match, by all that is known without reading them."""
    return [
        term
        for term in filters
        if reduce_term(term, fields.constants) is not None
        and all(fields.labelled(name, value) != "FALSE" for name, value in labels(term))
    ]


def exact_sql(terms: Iterable[tree.Term], fields: OriginFields, session: Session) -> str:
    """BOOLEAN SQL of whether an event matches one of the terms."""
    found: dict[str, None] = {}
    for term in terms:
        reduced = reduce_term(term, fields.constants)
        if reduced is not None:
            conditions = [fields.labelled(name, value) for name, value in labels(reduced)]
            rest = unlabelled(reduced)
            conditions += [compile_term(rest, fields, session)] if rest != TRUE else []
            found[" AND ".join(conditions) or "TRUE"] = None
    return "TRUE" if "TRUE" in found else " OR ".join(f"({text})" for text in found) or "FALSE"


def outline(terms: Iterable[tree.Term], fields: OriginFields, session: Session) -> Outline:
    """What must hold for each event that matches one of the terms. `fields` are for a trial; they compile more than the
    SQL of the outline needs."""
    return _any(_of_filter(term, fields, session) for term in terms)


def coarse_sql(part: Outline, fields: OriginFields, session: Session) -> str:
    """BOOLEAN SQL of an outline. Values in small letters are columns of their own, since DuckDB works out anew what
    stands behind an AND."""
    match part:
        case bool():
            return str(part).upper()
        case Together(parts, any=one):
            return (" OR " if one else " AND ").join(f"({coarse_sql(each, fields, session)})" for each in parts)
        case Comparison(term, by_needle=True):
            return needle_sql(term, fields) or "TRUE"
        case Comparison(term):
            text = compile_term(term, fields, session)
            return _LOWER.sub(lambda call: fields.layers.once("__lower", Sql(call[0], Kind.STRING)).text, text)


def _of_filter(term: tree.Term, fields: OriginFields, session: Session) -> Outline:
    reduced = reduce_term(term, fields.constants)
    if reduced is None:
        return False
    conditions = [_of_label(name, value, fields, session) for name, value in labels(reduced)]
    return _all([*conditions, _of_term(unlabelled(reduced), fields, session)])


def _of_label(name: str, value: str, fields: OriginFields, session: Session) -> Outline:
    """Of a tag or event type: that of the searches of the event types that give it."""
    if fields.labelled(name, value) == "FALSE":
        return False
    return _any(_of_filter(term, fields, session) for term in fields.labelling(name, value))


def _of_term(term: tree.Term, fields: OriginFields, session: Session) -> Outline:
    match term:
        case tree.And(terms):
            return _all(_of_term(each, fields, session) for each in terms)
        case tree.Or(terms):
            return _any(_of_term(each, fields, session) for each in terms)
        case _ if any(isinstance(each, tree.Field) and _is_label(each.name) for each in walk(term)):
            return True  # an event type sees other labels than a search
        case _:
            return _compared(term, fields, session)


def _compared(term: tree.Term, fields: OriginFields, session: Session) -> Outline:
    try:
        exact = compile_term(term, fields, session)
    except EngineError:
        return True  # an event type with such a search is left out, with a warning, where it is asked for
    if exact in ("TRUE", "FALSE"):
        return exact == "TRUE"
    if not any(map(_COSTLY.search, fields.layers.written_out(exact))):
        return Comparison(term, by_needle=False)
    return Comparison(term, by_needle=True) if needle_sql(term, fields) else True


def _is_label(name: str) -> bool:
    return name in ("tag", "eventtype") or name.startswith(TAG_OF)


def _all(outlines: Iterable[Outline]) -> Outline:
    parts = tuple(each for each in dict.fromkeys(outlines) if each is not True)
    if False in parts:
        return False
    return parts[0] if len(parts) == 1 else Together(parts, any=False) if parts else True


def _any(outlines: Iterable[Outline]) -> Outline:
    parts = tuple(each for each in dict.fromkeys(outlines) if each is not False)
    if True in parts:
        return True
    return parts[0] if len(parts) == 1 else Together(parts, any=True) if parts else False
