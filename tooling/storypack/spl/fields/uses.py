"""The fields that a stage reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from storypack.spl import catalogue
from storypack.spl.fields.walk import children
from storypack.spl.nodes import (
    Call,
    Command,
    Expr,
    Field,
    MacroCall,
    Node,
    Number,
    Option,
    String,
    SubsearchValue,
    Word,
)
from storypack.spl.source import Span

_CONSTANTS = frozenset({"true", "false", "null"})


class Use(NamedTuple):
    """A field that a stage reads, and where it says so. `forgiving` = it may be missing (`coalesce(a, b)`)."""

    name: str
    span: Span
    forgiving: bool = False


def uses(command: Command) -> Iterator[Use]:
    """The fields that a stage reads from the results before it, by name; wildcards and `$tokens$` are left out."""
    for use in command.uses():
        name = use.name
        if name and not ("*" in name or "$" in name or "<<" in name or name.startswith("PREFIX(")):
            yield use


def of(*fields: object) -> Iterator[Use]:
    """The fields among some nodes."""
    for each in fields:
        if isinstance(each, Field):
            yield Use(each.name, each.span)


def of_expression(root: Expr, *, forgiving: bool = False) -> Iterator[Use]:
    """The fields of an eval expression."""
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is Field:
            if node.quoted or node.name.lower() not in _CONSTANTS:
                yield Use(node.name, node.span, forgiving)
        elif kind is tuple:
            todo += node[::-1]
        elif kind is Call:
            if forgiving or not _is_forgiving(node.name):
                todo += node.args[::-1]
            else:
                for argument in node.args:
                    yield from of_expression(argument, forgiving=True)
        elif kind is not String and kind is not Number and kind is not SubsearchValue and isinstance(node, Node):
            todo += children(node)[::-1]


def _is_forgiving(function: str) -> bool:
    facts = catalogue.functions().get(function)
    return facts is not None and facts.forgiving


def raw(command: Command, *, forgiving: bool = False) -> Use:
    """`_raw`, at the command's name."""
    return Use("_raw", Span(command.span.start, command.span.start + len(command.name)), forgiving)


def input_of(command: Command, options: Iterable[Option | MacroCall], name: str) -> Iterator[Use]:
    """The field that an option names; without it `_raw`."""
    for each in options:
        if isinstance(each, Option) and each.name == name and isinstance(each.value, Word):
            yield Use(each.value.text, each.value.span)
            return
    yield raw(command)
