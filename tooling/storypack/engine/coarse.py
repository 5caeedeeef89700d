"""A condition that holds wherever a base filter holds and costs far less: by which events that no search can match are
thrown away before anything is extracted from them.

What is cheap is asked as it is: paths of JSON, of which all are looked up in one parse of the event. In place of any
other comparison stands a text that every event must hold that matches it (see `needles`), and else TRUE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from storypack.engine.compile.terms import compile_term
from storypack.engine.filters import Filters, labels, unlabelled
from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.knowledge.fields import TAG_OF, OriginFields
from storypack.engine.needles import needle_sql
from storypack.engine.session import Session
from storypack.spl import tree
from storypack.spl.fields.walk import walk

_COSTLY = re.compile(r"\bspl_(?!json_text\b)|\blambda\b|\b_raw\b|__indexed|\bregexp_|\brandom\b")


def possible_terms(filters: Filters, fields: OriginFields) -> list[tree.Term]:
    """Those of the base filters that events of an origin may match, by all that is known without reading them."""
    return [
        term
        for term in filters
        if reduce_term(term, fields.constants) is not None
        and all(fields.labelled(name, value) != "FALSE" for name, value in labels(term))
    ]


def coarse_sql(terms: Iterable[tree.Term], fields: OriginFields, session: Session) -> str:
    """BOOLEAN SQL, TRUE for each event that can match one of the terms; "FALSE" and "TRUE" stand for themselves."""
    return _any(_of_filter(term, fields, session) for term in terms)


def exact_sql(terms: Iterable[tree.Term], fields: OriginFields, session: Session) -> str:
    """BOOLEAN SQL of whether an event matches one of the terms."""
    return _any(_exact(term, fields, session) for term in terms)


def _exact(term: tree.Term, fields: OriginFields, session: Session) -> str:
    reduced = reduce_term(term, fields.constants)
    if reduced is None:
        return "FALSE"
    conditions = [fields.labelled(name, value) for name, value in labels(reduced)]
    rest = unlabelled(reduced)
    if rest != TRUE:
        conditions.append(compile_term(rest, fields, session))
    return _all(conditions)


def _of_filter(term: tree.Term, fields: OriginFields, session: Session) -> str:
    reduced = reduce_term(term, fields.constants)
    if reduced is None:
        return "FALSE"
    conditions = [_of_label(name, value, fields, session) for name, value in labels(reduced)]
    return _all([*conditions, _coarse(unlabelled(reduced), fields, session)])


def _of_label(name: str, value: str, fields: OriginFields, session: Session) -> str:
    """Of a tag or event type: that of the searches of the event types that give it."""
    if fields.labelled(name, value) == "FALSE":
        return "FALSE"
    return _any(_of_filter(term, fields, session) for term in fields.labelling(name, value))


def _coarse(term: tree.Term, fields: OriginFields, session: Session) -> str:
    match term:
        case tree.And(terms):
            return _all([_coarse(each, fields, session) for each in terms])
        case tree.Or(terms):
            return _any(_coarse(each, fields, session) for each in terms)
        case _ if any(isinstance(each, tree.Field) and _is_label(each.name) for each in walk(term)):
            return "TRUE"  # an event type sees other labels than a search
        case _:
            exact = compile_term(term, fields, session)
            if not any(map(_COSTLY.search, fields.layers.written_out(exact))):
                return exact
            return needle_sql(term, fields) or "TRUE"


def _is_label(name: str) -> bool:
    return name in ("tag", "eventtype") or name.startswith(TAG_OF)


def _all(conditions: Iterable[str]) -> str:
    parts = [each for each in dict.fromkeys(conditions) if each != "TRUE"]
    return "FALSE" if "FALSE" in parts else " AND ".join(f"({each})" for each in parts) or "TRUE"


def _any(conditions: Iterable[str]) -> str:
    parts = [each for each in dict.fromkeys(conditions) if each != "FALSE"]
    return "TRUE" if "TRUE" in parts else " OR ".join(f"({each})" for each in parts) or "FALSE"
