"""Text to tree: `parse` for a search, `parse_expression` and `parse_term` for pieces of one."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from storypack.spl import cards, stages
from storypack.spl.catalogue import is_command
from storypack.spl.commands.deferred import Deferred
from storypack.spl.commands.macro import MacroStage
from storypack.spl.commands.opaque import Opaque
from storypack.spl.commands.search import Search
from storypack.spl.diagnosis import truer_cause
from storypack.spl.expressions import whole_expression
from storypack.spl.memory import Memory
from storypack.spl.nodes import Command, Expr, Pipeline, Term
from storypack.spl.source import Span, SplError
from storypack.spl.terms import search_term, whole_term
from storypack.spl.tokens import ARGUMENTS, SEARCH, Reader

_NAME = re.compile(r"\s*+([A-Za-z_][\w.-]*+)(?!['\\@#$%&*;:^~{}?/])").match
_NAME_ALONE = re.compile(r"\s*+([A-Za-z_][\w-]*+)").match
# What follows a name that begins a search makes it a field and no command: `sort=x`.
_FIELD_FOLLOWS = re.compile(r"\s*+(?:[=<>]|!=)").match
_SEARCH_BEGINS = re.compile(r"\s*+search\s++(?![=<>!])").match
_STAGE_BEGINS = re.compile(r"\s*+([|\]`]?)").match

Tree = TypeVar("Tree")

_pipelines = Memory[Pipeline]()
_expressions = Memory[Expr]()
_terms = Memory[Term]()


def parse(text: str) -> Pipeline:
    """The syntax tree of a search. Raises `SplError`, with place and cure, for what Splunk would not run.

    The text may begin with a pipe and a generating command, with a command (`stats count`), or with the terms of
    a base search (`index=x ...`), which become an implied `search`. Unknown commands become `Opaque`.

    A text is read once: whoever asks for it again gets the same tree."""
    return _once(text, _pipelines, _parse)


def _parse(text: str) -> Pipeline:
    reader = Reader(text, _pipeline)
    with _collector_paused(len(text)):
        pipeline = _pipeline(reader)
    if reader.value:
        reader.fail(f"this `{reader.value}` closes nothing", "take it away, or add the bracket that it closes")
    return pipeline


@contextmanager
def _collector_paused(characters: int) -> Iterator[None]:
    """Python's cycle collector off while a very long search is read: it would look through the growing tree again and
    again, find no cycle, and take longer than the reading."""
    pause = characters > 50_000 and gc.isenabled()
    if pause:
        gc.disable()
    try:
        yield
    finally:
        if pause:
            gc.enable()


def parse_expression(text: str) -> Expr:
    """The tree of an eval expression, such as the right side of `EVAL-x = ...` in props.conf."""
    return _once(text, _expressions, _parse_expression)


def _parse_expression(text: str) -> Expr:
    reader = Reader(text, _pipeline)
    expression = whole_expression(reader)
    if reader.value:
        reader.fail(f"{reader.shown} is not expected here", "an operator is missing, or this is too much")
    return expression


def parse_term(text: str) -> Term:
    """The tree of search terms, such as those of an event type or of a data model's constraint.

    A leading `search` is passed over, because conf files have it now and then."""
    return _once(text, _terms, _parse_term)


def _parse_term(text: str) -> Term:
    reader = Reader(text, _pipeline)
    if match := _SEARCH_BEGINS(reader.text):
        reader.end = match.end()
    term = whole_term(reader)
    if reader.value:
        reader.fail(f"{reader.shown} is not expected here", "only search terms may stand here")
    if term is None:
        raise SplError("there is no search term", Span(0, len(text)), "write `*` for everything")
    return term


def _once(text: str, memory: Memory[Tree], read: Callable[[str], Tree]) -> Tree:
    tree = memory.get(text)
    if tree is None:
        try:
            tree = read(text)
        except SplError as error:
            raise truer_cause(text, error, read) from None
        memory.keep(text, tree)
    return tree


def _pipeline(reader: Reader) -> Pipeline:
    """Stages from the place where the reader stands, up to the end of the text or an unmatched `]`."""
    start = reader.end
    begins = _STAGE_BEGINS(reader.text, start)
    leading = bool(begins and begins[1] == "|")
    commands: list[Command] = []
    if leading:
        reader.match = ARGUMENTS
        reader.advance()
        if not _stage_follows(reader):
            raise SplError("nothing follows this pipe", Span(start, reader.start), "add a command")
        commands.append(_stage(reader))
    else:
        commands.append(_first(reader))
    while _stage_follows(reader):
        commands.append(_stage(reader))
    return Pipeline(tuple(commands), leading, span=Span(start, reader.before))


def _stage_follows(reader: Reader) -> bool:
    """Is there a stage behind the current token, a pipe? Pipes with nothing between them, or behind the last stage,
    are passed over."""
    while reader.value == "|":
        empty = _STAGE_BEGINS(reader.text, reader.end)
        if empty and empty[1] != "|":
            at_end = empty[1] == "]" or empty.end() == len(reader.text)
            if not at_end:
                return True
        reader.begin(ARGUMENTS)
    return False


def _first(reader: Reader) -> Command:
    """The stage at the head of a search without a pipe before it: a known command, or terms; in a subsearch a command
    (Search Manual: "About subsearches": it begins with a generating command)."""
    match = _NAME(reader.text, reader.end)
    if match and reader.nesting:
        return _named(reader, match[1].lower(), match)
    if match and not _FIELD_FOLLOWS(reader.text, match.end()) and is_command(name := match[1].lower()):
        return _named(reader, name, match)
    reader.begin(SEARCH)
    start = reader.start
    if reader.nesting and reader.kind != "macro" and not reader.at_end:
        reader.fail_if_stray()
        reader.fail("a subsearch begins with a command", f"write `[ search {reader.value}...`")
    term = search_term(reader)
    if term is None and reader.value != ")":
        reader.fail_if_stray()
        closer = " in these brackets" if reader.value == "]" else ""
        reader.fail(f"there is no search{closer}", "write `search *` for everything")
    _check_end(reader, "search")
    assert term is not None
    return Search(term, implied=True, span=Span(start, reader.before))


def _stage(reader: Reader) -> Command:
    """The stage behind the pipe at the current token, read or known."""
    begin, text = reader.end, stages.shared_text(reader)
    if text and (known := stages.known(reader, text)) is not None:
        return known
    command = _command(reader)
    if text:
        stages.keep(reader, text, begin, command)
    return command


def _command(reader: Reader) -> Command:
    """The stage behind the pipe at the current token, read."""
    match = _NAME(reader.text, reader.end) or _known_name(reader)
    if match:
        return _named(reader, match[1].lower(), match)
    reader.begin(ARGUMENTS)
    if reader.kind == "macro":
        return MacroStage.read_call(reader)
    if reader.value == "[":
        reader.fail("a subsearch is no command", "name the command it belongs to, for example `append [ ... ]`")
    return reader.expected("the name of a command after `|`")


def _known_name(reader: Reader) -> re.Match[str] | None:
    """The name of a known command that its first argument touches: `rest/services/apps`."""
    match = _NAME_ALONE(reader.text, reader.end)
    return match if match and is_command(match[1].lower()) else None


def _named(reader: Reader, name: str, match: re.Match[str]) -> Command:
    reader.end = match.end()
    card = cards.card(name)
    if card is None and (after := _FIELD_FOLLOWS(reader.text, reader.end)):
        span = Span(match.start(1), after.end())
        raise SplError(
            f"`{match[1]}` is not a command", span, f"to filter, write `search {match[1]}{after[0].strip()}...`"
        )
    if name in ("and", "or", "not"):
        span = Span(match.start(1), match.end())
        raise SplError(f"`{match[1]}` is not a command", span, f"to filter, write `search {match[1]} ...`")
    node = card.node if card is not None else Opaque
    begin, depth, nesting = reader.end, reader.depth, reader.nesting
    try:
        command = node.read(reader, name, match.start(1))
        if not reader.at_end:
            _check_end(reader, name)
        return command
    except SplError as error:
        if reader.nesting != nesting:  # inside a subsearch of this stage
            raise
        reader.depth = depth
        return _deferred(reader, name, match.start(1), begin, error, at_bracket=not node.has_subsearches)


def _deferred(reader: Reader, name: str, start: int, begin: int, error: SplError, *, at_bracket: bool) -> Command:
    """A stage that cannot be read as it stands, but may be when its macros are expanded and its subsearches have run;
    else the error."""
    at_bracket = at_bracket and reader.value == "["
    try:
        stage = Deferred.read_from(reader, name, start, begin, at_bracket=at_bracket)
    except SplError as inside:
        raise inside if at_bracket else error from None
    if stage is None:
        raise error
    return stage


def _check_end(reader: Reader, name: str) -> None:
    if reader.at_end:
        return
    if reader.value == ")":
        reader.fail("this `)` closes nothing", "take it away, or add the `(`")
    cure = "a pipe before it, or a comma or operator, may be missing" if is_command(name) else ""
    reader.fail(f"{reader.shown} is not expected in `{name}` here", cure)
