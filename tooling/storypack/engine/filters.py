"""What the base filters of searches say of events without looking at them: which can match at all, at any time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from storypack.engine.knowledge.eventtypes import TRUE, reduce_term
from storypack.engine.source import ScanRequest
from storypack.spl import tree

Filters = frozenset[tree.Term]
"""The base filters of a search's passes, its subsearches' included; TRUE = one of them asks for all events."""


def filters_of(requests: Iterable[ScanRequest]) -> Filters:
    """The base filters of passes, without their times: an event that passes none of them is none of the search's."""
    return frozenset(TRUE if each.term is None else relaxed(each.term) for each in requests)


def may_match(term: tree.Term | None, constants: Mapping[str, str]) -> bool:
    """Whether events that share these fields can match."""
    return term is None or reduce_term(relaxed(term), constants) is not None


def relaxed(term: tree.Term) -> tree.Term:
    """A term that holds wherever the term holds at any time of search: without its time modifiers."""
    match term:
        case tree.TimeModifier():
            return TRUE
        case tree.And(terms) | tree.Or(terms):
            return replace(term, terms=tuple(relaxed(each) for each in terms))
        case tree.Not(inner) if _has_time(inner):
            return TRUE
        case _:
            return term


def _has_time(term: tree.Term) -> bool:
    match term:
        case tree.And(terms) | tree.Or(terms):
            return any(map(_has_time, terms))
        case tree.Not(inner):
            return _has_time(inner)
        case _:
            return isinstance(term, tree.TimeModifier)


def labels(term: tree.Term | None) -> Iterator[tuple[str, str]]:
    """Tags and event types that every event of the result must have."""
    match term:
        case tree.And(terms):
            for each in terms:
                yield from labels(each)
        case tree.Compare(tree.Field("tag" | "eventtype" as name), "=", tree.Word(value)) if "*" not in value:
            yield name, value


def unlabelled(term: tree.Term) -> tree.Term:
    """The term without the labels that `labels` names."""
    named = set(labels(term))
    match term:
        case tree.And(terms):
            return tree.And(tuple(rest for each in terms if (rest := unlabelled(each)) != TRUE))
        case tree.Compare(tree.Field(name), "=", tree.Word(value)) if (name, value) in named:
            return TRUE
        case _:
            return term
