"""Commands: their names, their places in the search, and their options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from storypack.checks.catalogue import Fault, Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.spelling import did_you_mean, one_of
from storypack.spl import Span, catalogue
from storypack.spl.catalogue.model import CommandFacts, OptionFacts
from storypack.spl.nodes import is_true, option_text
from storypack.spl.tree import (
    Combine,
    Command,
    Join,
    Opaque,
    Option,
    Pipeline,
    Search,
    SplitBy,
    SubsearchTerm,
    SubsearchValue,
    Word,
)
from storypack.timemod import UNITS, TimeModifierError
from storypack.timemod import parse as parse_time

_SPAN = re.compile(r"(?:\d+(?:\.\d+)?)?([A-Za-z]*)(?:@.*)?|\d*(?:\.\d+)?log\d*(?:\.\d+)?")
_SUBSECONDS = frozenset({"us", "ms", "cs", "ds", "log"})


@rule(
    "SP202",
    "Unknown command",
    on="spl",
    why="Splunk refuses a search with a command that it does not have.",
    example="search: index=web | statz count by host",
    cure="Mend the name. A command of your own app is a matter for a silence.",
)
def unknown_command(reading: Reading, world: World) -> Faults:
    for command in reading.of(Opaque):
        if not catalogue.is_known(command.name):
            span = Span(command.span.start, command.span.start + len(command.name))
            near = did_you_mean(command.name, catalogue.commands())
            yield reading.fault(f"there is no command `{command.name}`", span, near)


@rule(
    "SP205",
    "Unknown option, or a value that it does not take",
    on="spl",
    why="Splunk refuses some of these and silently passes over others; in neither case does the search do what it "
    "says.",
    example="search: index=web | dedup host keepempti=true",
    cure="Use the options of the command's page in the Search Reference.",
)
def options(reading: Reading, world: World) -> Faults:
    for command in reading.commands:
        facts = catalogue.command(command.name)
        if facts is not None:
            given = [each for each in getattr(command, "options", ()) if isinstance(each, Option)]
            yield from _options(reading, facts, command.name, given)
    chart = catalogue.command("timechart")
    assert chart is not None
    for split in reading.of(SplitBy):
        yield from _options(reading, chart, "by", list(split.options))


def _options(reading: Reading, facts: CommandFacts, name: str, given: list[Option]) -> Iterator[Fault]:
    for option in given:
        known = facts.option(option.name)
        if known is not None:
            yield from _value(reading, option, known)
        elif not facts.any_option:
            names = [each.name for each in facts.options]
            end = option.span.start + len(option.name)
            takes = one_of(option.name, names) if names else f"`{name}` has no options"
            yield reading.fault(f"`{name}` has no option `{option.name}`", Span(option.span.start, end), takes)


def _value(reading: Reading, option: Option, known: OptionFacts) -> Iterator[Fault]:
    if not isinstance(option.value, Word):
        return
    text = option.value.text
    if "$" in text or "<<" in text:
        return  # a token that is filled in later
    problem = ""
    if not known.accepts(text):
        wanted = {"bool": "true or false", "int": "a whole number", "num": "a number"}.get(known.type)
        problem = f"`{option.name}` takes {wanted or ', '.join(known.choices)}, not `{text}`"
    elif known.type == "span" and not _is_span(text):
        problem = f"`{text}` is no span; write for example `{option.name}=5m`"
    elif known.type == "time" and not _is_time(text) and text.lower() not in ("earliest", "latest"):
        problem = f"`{text}` is no time"
    if problem:
        cure = one_of(text, known.choices) if known.choices else ""
        yield reading.fault(problem, option.value.span, cure)


def _is_span(text: str) -> bool:
    found = _SPAN.fullmatch(text)
    if not found:
        return text.lower() in ("auto", "none")
    unit = found[1] or ""
    return not unit or unit in UNITS or unit.lower() in UNITS or unit in _SUBSECONDS or "log" in unit


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except TimeModifierError:
        return bool(re.fullmatch(r"[\d/:. -]+", text))
    return True


@rule(
    "SP216",
    "Command in a place where it can not stand",
    on="spl",
    why="A command that makes its own results must be the first, behind a pipe. Without that pipe its name is a word "
    "to look for; in the middle of a search Splunk refuses it. A subsearch must begin with one, or with search.",
    example="search: tstats count from datamodel=Endpoint.Processes by Processes.dest",
    cure="Put a pipe in front of it, or begin the search with it.",
)
def misplaced(reading: Reading, world: World) -> Faults:
    if reading.tree is None:
        return
    top = reading.tree
    first = top.commands[0]
    name = first.name
    if not top.leading_pipe and name and not isinstance(first, Search):
        span = Span(first.span.start, first.span.start + len(name))
        message = f"without a pipe in front of it, `{name}` is a word to look for in the events, no command"
        yield reading.fault(message, span, f"write `| {name} ...`")
    for pipeline in reading.of(Pipeline):
        for command in pipeline.commands[1:]:
            yield from _in_the_middle(reading, command)
    for pipeline in _subsearches(reading):
        yield from _at_the_head(reading, pipeline.commands[0])


def _subsearches(reading: Reading) -> Iterator[Pipeline]:
    for command in reading.of(Combine):
        if command.name != "appendpipe":  # it goes on with the rows that are there
            yield from command.pipelines
    yield from (join.pipeline for join in reading.of(Join))
    yield from (term.pipeline for term in reading.of(SubsearchTerm))
    yield from (value.pipeline for value in reading.of(SubsearchValue))


def _at_the_head(reading: Reading, command: Command) -> Iterator[Fault]:
    """A subsearch begins with a command that makes results (Search Manual: "About subsearches"), or with the
    `stats count` that people wrote before there was makeresults."""
    name = command.name
    facts = catalogue.command(name) if name else None
    if facts is None or facts.generating or facts.anywhere or name in ("search", "stats"):
        return
    span = Span(command.span.start, command.span.start + len(name))
    message = f"a subsearch must begin with a command that makes results, and `{name}` makes none"
    yield reading.fault(message, span, "begin it with `search ...`, or with `| makeresults`")


def _in_the_middle(reading: Reading, command: Command) -> Iterator[Fault]:
    name = command.name
    facts = catalogue.command(name) if name else None
    if facts is None or not facts.generating or facts.anywhere:
        return
    given = getattr(command, "options", ())
    macros = any(not isinstance(each, Option) for each in given)
    may_append = facts.option("append") is not None
    if may_append and (macros or is_true(option_text(given, "append"))):
        return
    span = Span(command.span.start, command.span.start + len(name))
    cure = f"begin the search with `| {name}`"
    if may_append:
        cure += f", or write `{name} append=true`"
    yield reading.fault(f"`{name}` makes results of its own and can not stand behind a pipe", span, cure)
