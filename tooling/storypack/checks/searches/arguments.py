"""The words of commands that are made of nothing else, and what eval puts into a field."""

from __future__ import annotations

import re

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spl import SplError, catalogue, parse
from storypack.spl.conditions import ASKING, misplaced_values
from storypack.spl.fields import flow
from storypack.spl.printer import print_expression
from storypack.spl.source import Span
from storypack.spl.tree import (
    Assignment,
    Binary,
    Call,
    Deferred,
    Expr,
    Foreach,
    InList,
    MapSearch,
    Pipeline,
    Return,
    Unary,
)

_COMPARISONS = frozenset(["=", "==", "!=", "<", "<=", ">", ">=", "LIKE", "AND", "OR", "XOR"])
_TOKEN = re.compile(r"<<\w+>>")


@rule(
    "SP226",
    "Arguments that the command does not take",
    on="spl",
    why="Splunk refuses the search: a detection that does not run looks like one that finds nothing.",
    example="search: index=web | mvexpand user src",
    cure="Give it what its page in the Search Reference asks for.",
)
def words(reading: Reading, world: World) -> Faults:
    for command in reading.commands:
        if problem := command.wrong_words():
            yield reading.fault(problem, Span(command.span.start, command.span.start + len(command.name)))


@rule(
    "SP227",
    "Condition put into a field",
    on="spl",
    why="eval has no field that is true or false: Splunk refuses the search.",
    example='search: index=web | eval inside=cidrmatch("10.0.0.0/8", src)',
    cure="Say what the field is to hold: if(condition, 1, 0).",
)
def condition(reading: Reading, world: World) -> Faults:
    for each in reading.of(Assignment):
        if _is_condition(each.value):
            name = each.target.name
            yield reading.fault(f"`{name}` cannot hold a condition", each.value.span, f"write {name}=if(..., 1, 0)")


def _is_condition(value: Expr) -> bool:
    if isinstance(value, Binary):
        return value.op in _COMPARISONS
    if isinstance(value, Unary):
        return value.op == "NOT"
    if isinstance(value, Call):
        facts = catalogue.functions().get(value.name)
        return facts is not None and facts.result == "bool"
    return isinstance(value, InList)


@rule(
    "SP219",
    "Value in the place of a condition",
    on="spl",
    why="where, head, AND, OR, NOT, if and case ask for something that is true or false. A text or a number is "
    "neither, and Splunk refuses the search.",
    example='search: index=web | stats count by user | where user="root" OR "admin"',
    cure='Write the comparison out: user="root" OR user="admin".',
)
def value_as_condition(reading: Reading, world: World) -> Faults:
    for value in misplaced_values(node for kind, asks in ASKING.items() for node in filter(asks, reading.of(kind))):
        text = print_expression(value)
        cure = "compare it with something" if "$" not in text else "write the condition out"
        yield reading.fault(f"`{text}` is a value, and no condition", value.span, cure)


@rule(
    "SP228",
    "Stage that cannot be read once it is filled in",
    on="spl",
    why="foreach puts the names of fields into its template, and a subsearch puts its result into the stage around it. "
    "Only then Splunk reads the text, and refuses it.",
    example="search: index=web | foreach bytes_* [ eval <<FIELD>> ]",
    cure="Write what makes sense with a field's name, or with ( ( field=value ) ), in that place.",
)
def filled_in(reading: Reading, world: World) -> Faults:
    for template in reading.of(Foreach):
        text = _TOKEN.sub("field", template.template)
        if text.strip():
            try:
                parse(f"| {text}")
            except SplError as error:
                yield reading.fault(f"with a field's name put in: {error.message}", template.span, error.cure)
    for stage in reading.of(Deferred):
        if all(isinstance(part, str) or _gives_condition(part, world) for part in stage.parts):
            arguments = "".join(part if isinstance(part, str) else '( ( field="value" ) )' for part in stage.parts)
            span = Span(stage.span.start, stage.span.start + len(stage.name))
            try:
                found = parse(f"| {stage.name} {arguments}").commands[0]
            except SplError as error:
                yield reading.fault(f"with the subsearch's result put in: {error.message}", span, error.cure)
            else:
                if problem := found.wrong_words():
                    yield reading.fault(f"with the subsearch's result put in, {problem}", span)


def _gives_condition(subsearch: Pipeline, world: World) -> bool:
    """Whether its result is `( ( field="value" ) )`: no `return`, and no field whose text is put in as it is."""
    if any(isinstance(command, Return | MapSearch) for command in subsearch.commands):
        return False
    result = flow(subsearch, world.tables)[-1].after
    return not result.is_open and not {"search", "query"} & result.known
