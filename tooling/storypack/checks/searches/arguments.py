"""The words of commands that are made of nothing else, and what eval puts into a field."""

from __future__ import annotations

import re
from collections.abc import Callable

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.commands import name_of
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spl import SplError, catalogue, parse
from storypack.spl.fields import flow
from storypack.spl.fields.walk import walk
from storypack.spl.source import Span
from storypack.spl.tree import (
    Assignment,
    Binary,
    Call,
    Combine,
    Deferred,
    Expr,
    Foreach,
    InList,
    MapSearch,
    Pipeline,
    Plain,
    Return,
    Top,
    Unary,
    Word,
)

# Search Reference, the page of each command: how many words it takes, and which.
_WORDS: dict[str, tuple[int, int, str]] = {
    "iplocation": (1, 1, "one field"),
    "makemv": (1, 1, "one field"),
    "mvexpand": (1, 1, "one field"),
    "nomv": (1, 1, "one field"),
    "mvcombine": (1, 1, "one field"),
    "fromjson": (1, 1, "one field"),
    "outputlookup": (1, 1, "one lookup"),
    "untable": (3, 3, "the row field, a name for the column names and a name for the values"),
    "xyseries": (3, 999, "the row field, the column field and the data fields"),
    "contingency": (2, 2, "two fields"),
    "strcat": (2, 999, "fields or texts, and the field to put them into"),
    "selfjoin": (1, 999, "the fields to join by"),
}
_TREND = re.compile(r'(?:sma|wma|ema)\d{1,5}\((?:"[^"]+"|[^"()]+)\)', re.IGNORECASE)
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
    commands: list[Plain | Top] = [*reading.of(Plain), *reading.of(Top)]
    for command in commands:
        if problem := _problem(command):
            yield reading.fault(problem, Span(command.span.start, command.span.start + len(command.name)))


def _problem(command: Plain | Top) -> str:
    """What is wrong with the words of a command; empty if nothing is, or if a macro among them is not known."""
    if isinstance(command, Top):
        return "" if command.fields else f"`{command.name}` takes the fields to count"
    given = [each.text for each in command.words if isinstance(each, Word)]
    if len(given) < len(command.words):
        return ""
    period = command.option("p") if command.name == "autoregress" else ""
    if period and not re.fullmatch(r"\d+(?:-\d+)?", period):
        return f"`autoregress` takes p=1 or a range p=1-3, not p={period}"
    least, most, takes = _WORDS.get(command.name, (0, 999, ""))
    if least <= len(given) <= most:
        takes = _SHAPES[command.name](given) if command.name in _SHAPES else ""
    shown = f"`{' '.join(given)}`" if given else "nothing"
    return f"`{command.name}` takes {takes}, not {shown}" if takes else ""


def _field_as(given: list[str]) -> str:
    right = len(given) == 1 or (len(given) == 3 and given[1].lower() == "as")
    return "" if right else "a field, or `field AS name`"


def _number(given: list[str]) -> str:
    right = not given or (len(given) == 1 and given[0].isdecimal())
    return "" if right else "a whole number"


def _trends(given: list[str]) -> str:
    left = list(given)
    while left:
        if not _TREND.fullmatch(left.pop(0)):
            return "trends such as `sma5(count)`"
        if len(left) > 1 and left[0].lower() == "as":
            left = left[2:]
    return "" if given else "trends such as `sma5(count)`"


def _format_texts(given: list[str]) -> str:
    return "" if len(given) in (0, 6) else "no texts, or six"


_SHAPES: dict[str, Callable[[list[str]], str]] = {
    "accum": _field_as,
    "delta": _field_as,
    "autoregress": _field_as,
    "tail": _number,
    "trendline": _trends,
    "format": _format_texts,
    "transpose": _number,
}


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
                if isinstance(found, Plain | Top) and (problem := _problem(found)):
                    yield reading.fault(f"with the subsearch's result put in, {problem}", span)


def _gives_condition(subsearch: Pipeline, world: World) -> bool:
    """Whether its result is `( ( field="value" ) )`: no `return`, and no field whose text is put in as it is."""
    if any(isinstance(command, Return | MapSearch) for command in subsearch.commands):
        return False
    result = flow(subsearch, world.tables)[-1].after
    return not result.is_open and not {"search", "query"} & result.known


@rule(
    "SP229",
    "Subsearch that makes no results",
    on="spl",
    why="A subsearch begins from nothing: its first command must be one that makes results, such as search, "
    "makeresults or inputlookup. Splunk refuses any other.",
    example='search: index=web | append [ eval user="nobody" ]',
    cure="Begin it with search ..., or with | makeresults.",
)
def begins_from_nothing(reading: Reading, world: World) -> Faults:
    if reading.tree is None:
        return
    nodes = list(walk(reading.tree))
    pipes = [node for node in nodes if isinstance(node, Combine) and node.name == "appendpipe"]
    continued = {id(part) for pipe in pipes for part in pipe.pipelines}
    for node in nodes:
        if isinstance(node, Pipeline) and node is not reading.tree and id(node) not in continued:
            first = node.commands[0]
            name = name_of(first)
            facts = catalogue.command(name) if name else None
            if facts is not None and not facts.generating and name not in ("search", "stats"):
                span = Span(first.span.start, first.span.start + len(name))
                yield reading.fault(
                    f"`{name}` cannot begin a subsearch: it makes no results", span, "begin it with search"
                )
