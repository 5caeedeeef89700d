"""The grammar of `eval` and `where`."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from storypack.spl.nodes.shared import Field, MacroCall, Node, node

if TYPE_CHECKING:
    from storypack.spl.nodes.pipelines import Pipeline


@node(frozen=True, slots=True)
class Number(Node):
    """A number as written (`1e3`, `.5`); `float(text)` is its value."""

    text: str


@node(frozen=True, slots=True)
class String(Node):
    """A double-quoted text, escapes resolved; `written` as in the text, for the printer."""

    value: str
    written: str = field(default="", compare=False, repr=False, kw_only=True)


@node(frozen=True, slots=True)
class Call(Node):
    """`name(args)`; `name` in lower case."""

    name: str
    args: tuple[Expr, ...]


@node(frozen=True, slots=True)
class Unary(Node):
    op: Literal["-", "+", "NOT"]
    operand: Expr


@node(frozen=True, slots=True)
class Binary(Node):
    """`op` is one of `+ - * / % . = == != < <= > >= LIKE AND OR XOR`."""

    op: str
    left: Expr
    right: Expr


@node(frozen=True, slots=True)
class InList(Node):
    """`x IN (a, b)` of eval and where."""

    operand: Expr
    values: tuple[Expr, ...]


@node(frozen=True, slots=True)
class SubsearchValue(Node):
    """`[ ... ]` in the place of an expression; its result is put there as text."""

    pipeline: Pipeline


Expr = Field | Number | String | Call | Unary | Binary | InList | MacroCall | SubsearchValue
