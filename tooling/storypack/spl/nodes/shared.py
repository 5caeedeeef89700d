"""Nodes that all three grammars use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storypack.spl.source import NOWHERE, Span
from storypack.truth import OPTION

__all__ = [
    "Field",
    "MacroCall",
    "Node",
    "Option",
    "Word",
    "field_names",
    "is_true",
    "node",
    "option_text",
]

if TYPE_CHECKING:
    from dataclasses import dataclass as node
else:

    def node(*, frozen: bool, slots: bool, kw_only: bool = False) -> Callable[[type], type]:
        """A dataclass that only the type checker knows to be frozen: to refuse assignments when running makes a node
        three times as dear to make, and reading a search is to make nodes."""
        assert frozen
        return dataclass(slots=slots, kw_only=kw_only, unsafe_hash=True)


@node(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@node(frozen=True, slots=True)
class MacroCall(Node):
    """`` `name(arg, ...)` ``: kept as written; `spl.macros` expands it. An argument's quotes are removed."""

    name: str
    args: tuple[str, ...] = ()


@node(frozen=True, slots=True)
class Field(Node):
    """A field name. `quoted` = written in quotes ('a b' in eval, "a b" elsewhere). May hold `*`, or `<<FIELD>>`."""

    name: str
    quoted: bool = field(default=False, compare=False)


@node(frozen=True, slots=True)
class Word(Node):
    """A bare or quoted argument that is not (known to be) a field: a number, an option's value, a keyword.

    `written` is a quoted one as in the text, escapes unresolved; the printer prefers it to escapes of its own."""

    text: str
    quoted: bool = field(default=False, compare=False)
    written: str = field(default="", compare=False, repr=False, kw_only=True)


@node(frozen=True, slots=True)
class Option(Node):
    """`name=value` argument of a command, e.g. `span=5m`. `name` in lower case."""

    name: str
    value: Word | MacroCall


def option_text(options: Iterable[Option | MacroCall], name: str, default: str = "") -> str:
    """The text of an option; `default` if it is not given, or is a macro."""
    for each in options:
        if isinstance(each, Option) and each.name == name and isinstance(each.value, Word):
            return each.value.text
    return default


def is_true(text: str) -> bool:
    """Does the text of an option say yes?"""
    return OPTION.is_true(text)


def field_names(fields: Iterable[Field | MacroCall]) -> list[str]:
    """The names of fields, `*` for a macro."""
    return ["*" if isinstance(each, MacroCall) else each.name for each in fields]
