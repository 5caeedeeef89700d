"""Search terms made ready to compile: subsearches run and put in, and what a source may know beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from storypack.engine.compile.subsearch import NOTHING, subsearch_term, subsearch_text
from storypack.engine.compile.times import modern, resolve_time
from storypack.engine.errors import SearchError
from storypack.engine.session import Session
from storypack.engine.source import ScanRequest
from storypack.engine.text import parse_condition_term
from storypack.spl import tree

_ANYTHING = tree.And(())


def resolve(term: tree.Term | None, session: Session) -> tree.Term | None:
    """The term with every subsearch replaced by what its rows stand for."""
    match term:
        case tree.And(terms) | tree.Or(terms):
            return replace(term, terms=tuple(_present(one, session) for one in modern(terms, session)))
        case tree.Not(inner):
            resolved = _present(inner, session)
            return _ANYTHING if session.dry and _has_subsearch(inner) else replace(term, term=resolved)
        case tree.SubsearchTerm(pipeline):
            found = subsearch_term(pipeline, session)
            return _ANYTHING if session.dry else found
        case tree.Compare(_, _, tree.SubsearchValue(pipeline)):
            text = subsearch_text(pipeline, session).strip().strip('"')
            return _ANYTHING if session.dry else replace(term, value=tree.Word(text))
        case tree.In(field, values) if any(isinstance(value, tree.SubsearchValue) for value in values):
            return _ANYTHING if session.dry else _in_list(field, values, session)
        case tree.TimeModifier():
            times = modern([term], session)
            return times[0] if len(times) == 1 else tree.And(tuple(times))
        case tree.MacroCall(name):
            raise SearchError(f"macro `{name}` is not defined", session.stage)
        case _:
            return term


def _in_list(
    field: tree.Field, values: Sequence[tree.Word | tree.MacroCall | tree.SubsearchValue], session: Session
) -> tree.Term:
    """The list with the texts of its subsearches put in, such as the `a, b` of `return $list`."""
    found: list[tree.Word | tree.MacroCall | tree.SubsearchValue] = []
    for value in values:
        if not isinstance(value, tree.SubsearchValue):
            found.append(value)
            continue
        text = subsearch_text(value.pipeline, session)
        if text == NOTHING:
            continue
        inner = parse_condition_term(f"x IN ({text})")
        if not isinstance(inner, tree.In):
            raise SearchError("a subsearch in `IN (...)` must give a list of values", session.stage)
        found += inner.values
    return tree.In(field, tuple(found)) if found else tree.Or(())


def _has_subsearch(term: tree.Term) -> bool:
    match term:
        case tree.And(terms) | tree.Or(terms):
            return any(map(_has_subsearch, terms))
        case tree.Not(inner):
            return _has_subsearch(inner)
        case tree.Compare(_, _, value):
            return isinstance(value, tree.SubsearchValue)
        case tree.In(_, values):
            return any(isinstance(value, tree.SubsearchValue) for value in values)
        case _:
            return isinstance(term, tree.SubsearchTerm)


def _present(term: tree.Term, session: Session) -> tree.Term:
    resolved = resolve(term, session)
    assert resolved is not None
    return resolved


def _conjuncts(term: tree.Term | None) -> Iterator[tree.Term | None]:
    """The terms of which every one must hold; those of a subsearch's only row among them."""
    match term:
        case tree.And(terms) | tree.Or((_,) as terms):
            for one in terms:
                yield from _conjuncts(one)
        case _:
            yield term


def base_request(term: tree.Term | None, session: Session) -> ScanRequest:
    """What a source is told of a base search: time modifiers that hold for the whole of it."""
    earliest: float | None = None
    latest: float | None = None
    for part in _conjuncts(term):
        if isinstance(part, tree.TimeModifier):
            limit = resolve_time(part.value, session)
            if part.name == "earliest" and limit is not None:
                earliest = limit if earliest is None else max(earliest, limit)
            elif part.name == "latest" and limit is not None:
                latest = limit if latest is None else min(latest, limit)
    first, last = session.limits
    return ScanRequest(term, first if earliest is None else earliest, last if latest is None else latest)
