"""Searches that read or hold more than they need."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import WHOLE_SEARCH, Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spl.fields.walk import walk
from storypack.spl.pattern import ANY, matches_anything, parts
from storypack.spl.source import Span
from storypack.spl.tree import (
    Aggregation,
    And,
    Chart,
    Compare,
    Directive,
    Field,
    Fields,
    Head,
    In,
    Join,
    Keyword,
    MacroCall,
    Node,
    Not,
    Option,
    Or,
    Pipeline,
    Plain,
    Search,
    Sort,
    Stats,
    Term,
    TimeModifier,
    Top,
    Tstats,
    Word,
)

# What narrows a search down to a place, but not to few events.
_PLACES = frozenset({"index", "sourcetype", "source", "host", "splunk_server", "eventtype", "tag"})


def base_searches(reading: Reading) -> Iterator[tuple[Pipeline, Search]]:
    """Each search that reads events, in subsearches too."""
    inner = {id(inside) for outer in reading.of(Pipeline) for inside in _continued(outer)}
    for pipeline in reading.of(Pipeline):
        first = pipeline.commands[0]
        if isinstance(first, Search) and first.term is not None and id(pipeline) not in inner:
            yield pipeline, first


def _continued(pipeline: Pipeline) -> Iterator[Pipeline]:
    for command in pipeline.commands:
        if getattr(command, "name", "") == "appendpipe":
            yield from getattr(command, "pipelines", ())


def _start(node: Node, word: str) -> Span:
    return Span(node.span.start, node.span.start + len(word))


@rule(
    "SP301",
    "Search over all indexes",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="index=* opens the buckets of every index that the role may read. A macro lets each site say once where its "
    "data is, as in the pack's own source macros.",
    example="search: index=* sourcetype=proxy",
    cure="Call a macro that names the index.",
)
def every_index(reading: Reading, world: World) -> Faults:
    for compare in reading.of(Compare):
        everything = isinstance(compare.value, Word) and matches_anything(compare.value.text)
        if everything and compare.field.name == "index" and compare.op == "=" and reading.written(compare.span):
            yield reading.fault("the search reads all indexes", compare.span, "name the index in a macro")


@rule(
    "SP302",
    "Search without an index",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="Without an index a search reads those that the role searches by default: on one site main, on another all, on "
    "a third none of those that hold the data.",
    example="search: sourcetype=proxy status=200",
    cure="Begin with a macro that names the index.",
)
def no_index(reading: Reading, world: World) -> Faults:
    if WHOLE_SEARCH in reading.text:
        return
    for pipeline, search in base_searches(reading):
        assert search.term is not None
        nodes = list(walk(search.term))
        named = any(isinstance(node, Compare | In) and node.field.name in ("index", "eventtype") for node in nodes)
        macro = any(isinstance(node, MacroCall) for node in nodes) or not _all_written(reading, search.term)
        if not named and not macro and (pipeline is reading.tree or not search.implied):
            yield reading.fault("the search names no index and calls no macro", search.term.span)


def _all_written(reading: Reading, node: Node) -> bool:
    """Did the author write all of this, and no macro any part?"""
    assert reading.expanded is not None
    pieces = reading.expanded.pieces
    inside = [
        piece
        for piece, end in zip(pieces, [*(later.start for later in pieces[1:]), len(reading.expanded.text)], strict=True)
        if piece.start < node.span.end and end > node.span.start
    ]
    return not any(piece.macros for piece in inside)


@rule(
    "SP303",
    "Leading wildcard and nothing else to go by",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="The index is a list of words by their beginning. For a pattern that begins with a wildcard every event of the "
    "time range is read, unless another word narrows the search down.",
    example='search: index=web "*rclone*"',
    cure="Add a word or a field's value that the events hold as a whole.",
)
def leading_wildcard(reading: Reading, world: World) -> Faults:
    for _, search in base_searches(reading):
        assert search.term is not None
        terms = list(_conjuncts(search.term))
        if any(_narrows(term) for term in terms):
            continue
        for term in terms:
            if not isinstance(term, Not) and (span := _unanchored(term)):
                yield reading.fault("a pattern that begins with a wildcard is all that narrows this search down", span)
                break


def _conjuncts(term: Term) -> Iterator[Term]:
    if isinstance(term, And):
        for each in term.terms:
            yield from _conjuncts(each)
    else:
        yield term


def _narrows(term: Term) -> bool:
    """Does the term have a word that the index can look up, which most events lack?"""
    if isinstance(term, Keyword):
        return _anchored(term.text)
    if isinstance(term, Compare):
        known = isinstance(term.value, Word) and _anchored(term.value.text)
        return term.op == "=" and term.field.name not in _PLACES and known
    if isinstance(term, In):
        words = [value.text for value in term.values if isinstance(value, Word)]
        return term.field.name not in _PLACES and bool(words) and all(_anchored(word) for word in words)
    if isinstance(term, Or):
        return all(any(_narrows(each) for each in _conjuncts(option)) for option in term.terms)
    return not isinstance(term, Not | TimeModifier) if not isinstance(term, Directive) else True


def _anchored(pattern: str) -> bool:
    found = parts(pattern)
    return bool(found) and found[0] is not ANY


def _unanchored(term: Term) -> Span | None:
    """Where a pattern with a leading wildcard stands, if the term is one and not just `*`."""
    words: list[tuple[str, Span]] = []
    if isinstance(term, Keyword):
        words = [(term.text, term.span)]
    elif isinstance(term, Compare) and term.op == "=" and isinstance(term.value, Word):
        words = [(term.value.text, term.value.span)]
    elif isinstance(term, In):
        words = [(value.text, value.span) for value in term.values if isinstance(value, Word)]
    elif isinstance(term, Or):
        return next((span for each in term.terms if (span := _unanchored(each))), None)
    return next((span for text, span in words if _searches_all(text)), None)


def _searches_all(text: str) -> bool:
    """Does the pattern begin with a wildcard, and look for a word behind it? `*.*` only asks for a dot."""
    found = parts(text)
    return len(found) > 1 and found[0] is ANY and any(letter.isalnum() for letter in text)


@rule(
    "SP304",
    "Use of join",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="The subsearch of join ends without a word after 50,000 rows or 60 seconds; what it had not read by then is "
    "missing from the result.",
    example="search: index=web | join user [search index=vpn | stats count by user]",
    cure="Search both at once, and put them together with stats ... by user.",
)
def join(reading: Reading, world: World) -> Faults:
    for command in reading.of(Join):
        cure = "search both at once and put them together with stats"
        yield reading.fault("`join` loses rows without a word", _start(command, "join"), cure)


@rule(
    "SP305",
    "Use of transaction",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="transaction holds all events in memory and drops the oldest transactions when that is full; it runs on one "
    "search head.",
    example="search: index=web | transaction session_id maxspan=5m",
    cure="Use stats ... by session_id, with min(_time), max(_time) and values() of what is wanted.",
)
def transaction(reading: Reading, world: World) -> Faults:
    for command in reading.of(Plain):
        if command.name == "transaction":
            cure = "use stats ... by the same fields"
            yield reading.fault(
                "`transaction` drops events when its memory is full", _start(command, "transaction"), cure
            )


@rule(
    "SP306",
    "Sort that loses rows, or that holds all events",
    on="spl",
    severity=Severity.WARNING,
    why="Without a number in front, sort keeps 10,000 rows and drops the others without a word. With 0 it keeps all, "
    "which is no matter for a table and a heavy burden when they are events.",
    example="search: index=web | stats count by user | sort - count",
    cure="Write sort 0 behind a command that makes a table, or the number of rows that is wanted.",
)
def unbounded_sort(reading: Reading, world: World) -> Faults:
    for pipeline in reading.of(Pipeline):
        table = not isinstance(pipeline.commands[0], Search)
        for number, command in enumerate(pipeline.commands):
            table = table or isinstance(command, Stats | Chart | Top | Tstats)
            if not isinstance(command, Sort):
                continue
            behind = pipeline.commands[number + 1] if number + 1 < len(pipeline.commands) else None
            if command.limit is None and not isinstance(behind, Head):
                cure = "write `sort 0 ...` for all rows" if table else "write the number of rows that is wanted"
                yield reading.fault("`sort` without a number drops all but 10,000 rows", _start(command, "sort"), cure)
            elif command.limit == 0 and not table:
                yield reading.fault(
                    "this sorts all events, in memory", _start(command, "sort"), "make a table of them first"
                )


@rule(
    "SP307",
    "Filter behind the pipe that could stand before it",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="What stands before the first pipe is looked up in the index; what stands behind it is compared event by "
    "event, after all of them were read.",
    example="search: index=web | search status=500",
    cure="Put the condition before the pipe.",
)
def late_filter(reading: Reading, world: World) -> Faults:
    for pipeline, _ in base_searches(reading):
        for command in pipeline.commands[1:]:
            if isinstance(command, Fields) and not command.remove:
                continue
            if isinstance(command, Search) and command.term is not None and reading.written(command.span):
                anything = isinstance(command.term, Keyword) and command.term.text == "*"
                if not anything and WHOLE_SEARCH not in reading.text:
                    cure = "put its condition before the pipe"
                    yield reading.fault("this filter could stand in the base search", _start(command, "search"), cure)
            break


@rule(
    "SP308",
    "Aggregation over all fields",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="values(*) extracts every field of every event and keeps each value: the search can not leave anything out, "
    "and its columns change with the data.",
    example="search: index=web | stats values(*) as * by user",
    cure="Name the fields that are wanted.",
)
def every_field(reading: Reading, world: World) -> Faults:
    for aggregation in reading.of(Aggregation):
        if isinstance(aggregation.arg, Field) and aggregation.arg.name == "*":
            yield reading.fault(f"`{aggregation.func}(*)` keeps all fields", aggregation.span, "name the fields")


@rule(
    "SP309",
    "Data model read without a word on summaries",
    on="spl",
    policy=True,
    severity=Severity.WARNING,
    why="Without summariesonly, tstats reads the raw events of what is not summarised yet, which may take hours on one "
    "site and nothing on another. A macro lets each site decide once.",
    example="search: '| tstats count from datamodel=Web by Web.src'",
    cure="Call a macro that holds summariesonly=..., such as the pack's own.",
)
def summaries(reading: Reading, world: World) -> Faults:
    for command in reading.of(Tstats):
        if command.name == "tstats" and command.datamodel:
            given = [each.name for each in command.options if isinstance(each, Option)]
            macros = any(isinstance(each, MacroCall) for each in (*command.options, *command.aggregations))
            if "summariesonly" not in given and not macros:
                cure = "call a macro that holds summariesonly=..."
                yield reading.fault("`tstats` without summariesonly", _start(command, "tstats"), cure)
