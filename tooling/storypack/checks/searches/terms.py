"""Terms of a base search that are no condition, though they look like one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import WHOLE_SEARCH, Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spl import catalogue
from storypack.spl.tree import And, Compare, Field, In, Keyword, Node, Search, SubsearchTerm, TimeModifier, Tstats, Word

# Operators of where and eval. `in` in small letters is a word of English, too.
_OPERATORS = {"IN": "IN (a, b)", "LIKE": "a pattern with * and =", "XOR": "AND, OR and NOT", "BETWEEN": ">= and <="}
_SIGNS = {"&": "AND", "&&": "AND", "!": "NOT"}
_COMMENTS = frozenset({"#", "//", "/*", "--"})
_PLACEHOLDER = re.compile(r"%[A-Za-z][\w-]*%")


@rule(
    "SP330",
    "Single quotes in search",
    on="spl",
    severity=Severity.WARNING,
    why="In search, a single quote is a character like any other: actor='alice' looks for the quotes, too, and a field "
    "cannot be named with them. They name a field in where and eval only.",
    example="search: index=web actor='alice'",
    cure='Put a text in double quotes: actor="alice".',
)
def single_quotes(reading: Reading, world: World) -> Faults:
    terms: list[Compare | In] = [*reading.of(Compare), *reading.of(In)]
    for term in terms:
        name = term.field.name
        if len(name) > 2 and name[0] == name[-1] == "'":
            yield reading.fault(f"single quotes name no field here: {name}", term.field.span, "take them away")
        elif name.startswith("'"):
            yield reading.fault("a stray single quote is part of the field's name", term.field.span, "take it away")
        for value in (term.value,) if isinstance(term, Compare) else term.values:
            if isinstance(value, Word) and not value.quoted and value.text.startswith("'"):
                inner = value.text.strip("'")
                yield reading.fault(f"this looks for {value.text} with its quote", value.span, f'write "{inner}"')
    for keyword in reading.of(Keyword):
        if not keyword.quoted and keyword.text.startswith("'"):
            inner = keyword.text.strip("'")
            cure = f'write "{inner}"' if inner else "take it away"
            yield reading.fault(f"this looks for {keyword.text} with its quote", keyword.span, cure)


@rule(
    "SP331",
    "Operator or function that search does not have",
    on="spl",
    severity=Severity.WARNING,
    why="search knows comparisons, IN ( ... ), AND, OR and NOT. Any other operator, a function, an IN without brackets "
    "and marks of a comment other than ``` are words to look for in the events: no event holds them, and the search "
    "finds nothing.",
    example='search: index=web user IN alice, bob url LIKE "%upload%"',
    cure="Write a comparison with a wildcard, or use where.",
)
def foreign_operator(reading: Reading, world: World) -> Faults:
    between = {
        id(term)
        for conjunction in reading.of(And)
        for before, term, after in zip(conjunction.terms, conjunction.terms[1:], conjunction.terms[2:], strict=False)
        if isinstance(term, Keyword)
    }
    for keyword in reading.of(Keyword):
        if keyword.quoted:
            continue
        upper = keyword.text.upper()
        if keyword.text in (upper, "like") and upper in _OPERATORS and id(keyword) in between:
            cure = f"write {_OPERATORS[upper]}, or use where"
            yield reading.fault(f"`{keyword.text}` is a word to look for here", keyword.span, cure)
        elif keyword.text in _SIGNS:
            cure = f"write {_SIGNS[keyword.text]}"
            yield reading.fault(f"`{keyword.text}` is a word to look for here", keyword.span, cure)
        elif keyword.text in _COMMENTS:
            message = f"`{keyword.text}` begins no comment: what follows is looked for"
            yield reading.fault(message, keyword.span, "put a comment between ``` and ```")
        elif keyword.text.lower() in catalogue.functions() and _opens_bracket(reading, keyword):
            message = f"`{keyword.text}(...)` is a function of where and eval: here it is a word to look for"
            yield reading.fault(message, keyword.span, f"write `| where {keyword.text}(...)`")


def _opens_bracket(reading: Reading, keyword: Keyword) -> bool:
    assert reading.expanded is not None
    return reading.expanded.text[keyword.span.end : keyword.span.end + 1] == "("


@rule(
    "SP332",
    "Placeholder that nothing fills in",
    on="spl",
    why="In a drilldown, %original_detection_search% becomes the detection's search. Any other name between percent "
    "signs, and that one in another search, stays as it is: no event holds such a word.",
    example="drilldown_searches:\n- name: Rows\n  search: '%orginal_detection_search% | search user=\"$user$\"'",
    cure="Write %original_detection_search%, in a drilldown.",
)
def placeholder(reading: Reading, world: World) -> Faults:
    in_drilldown = reading.key.startswith("drilldown_searches")
    for keyword in reading.of(Keyword):
        if not keyword.quoted and _PLACEHOLDER.fullmatch(keyword.text):
            cure = f"write {WHOLE_SEARCH}" if in_drilldown else "write the search out"
            yield reading.fault(f"nothing fills in {keyword.text}", keyword.span, cure)


@rule(
    "SP333",
    "Time range inside a scheduled search",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="earliest and latest in the search take the place of the schedule's window, without a trace: the overlap of "
    "the runs, the drilldowns' times and what a site sets there are no longer true.",
    example="search: index=web earliest=-7d | stats count by user",
    cure="Set earliest_time and latest_time of the schedule.",
)
def own_window(reading: Reading, world: World) -> Faults:
    if not reading.is_main or reading.tree is None:
        return
    first = reading.tree.commands[0]
    term = first.where if isinstance(first, Tstats) else first.term if isinstance(first, Search) else None
    for node in _outer(term) if term is not None else ():
        if isinstance(node, TimeModifier) and not node.name.startswith("_index"):
            message = f"`{node.name}={node.value}` takes the place of the schedule's window"
            yield reading.fault(message, node.span, "set the window in the schedule")


def _outer(term: Node) -> Iterator[Node]:
    """A condition and the terms below it, without those of subsearches."""
    todo = [term]
    while todo:
        node = todo.pop()
        yield node
        inner = getattr(node, "terms", None) or getattr(node, "term", None) or ()
        if not isinstance(node, SubsearchTerm | Field):
            todo.extend(reversed(inner) if isinstance(inner, tuple) else [inner])
