"""Nodes that all three grammars use."""

from __future__ import annotations

from dataclasses import dataclass, field

from storypack.spl.source import NOWHERE, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class MacroCall(Node):
    """`` `name(arg, ...)` ``: kept as written; `spl.macros` expands it. An argument's quotes are removed."""

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A field name. `quoted` = written in quotes ('a b' in eval, "a b" elsewhere). May hold `*`, or `<<FIELD>>`."""

    name: str
    quoted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A bare or quoted argument that is not (known to be) a field: a number, an option's value, a keyword.

    `written` is a quoted one as in the text, escapes unresolved; the printer prefers it to escapes of its own."""

    text: str
    quoted: bool = field(default=False, compare=False)
    written: str = field(default="", compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Option(Node):
    """`name=value` argument of a command, e.g. `span=5m`. `name` in lower case."""

    name: str
    value: Word | MacroCall
