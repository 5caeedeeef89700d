"""Values that stand where a condition belongs.

Search Reference: where ("These eval-expressions must be Boolean expressions"), if and case ("a Boolean expression")."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from storypack.spl import catalogue
from storypack.spl.tree import Binary, Call, Expr, Head, Node, Number, String, Unary, Where

_LOGIC = frozenset({"AND", "OR", "XOR"})
_CHOOSING = frozenset({"if", "mvfilter", "case", "validate"})

ASKING: Mapping[type[Node], Callable[[Any], bool]] = {
    Where: lambda node: True,
    Head: lambda node: node.condition is not None,
    Unary: lambda node: node.op == "NOT",
    Binary: lambda node: node.op in _LOGIC,
    Call: lambda node: node.name in _CHOOSING,
}
"""The nodes that ask for a condition, by type: few do."""

_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "."})
_VALUES = frozenset({"number", "string", "multi"})


def misplaced_values(nodes: Iterable[Node]) -> Iterator[Expr]:
    """The parts of these nodes that surely are a number or a text where Splunk asks for true or false. A field may hold
    either, and is none of them."""
    for node in nodes:
        for place in _conditions(node):
            if is_value(place):
                yield place


def is_value(expr: Expr) -> bool:
    """Is it surely a number or a text, whatever the row?"""
    match expr:
        case Number() | String():
            return True
        case Unary(op, _):
            return op != "NOT"
        case Binary(op, _, _):
            return op in _ARITHMETIC
        case Call("if", (_, yes, no)):
            return is_value(yes) and is_value(no)
        case Call("case", args):
            return len(args) > 1 and all(map(is_value, args[1::2]))
        case Call(name, _):
            facts = catalogue.functions().get(name)
            return facts is not None and facts.result in _VALUES
        case _:
            return False


def _conditions(node: Node) -> tuple[Expr, ...]:
    """The parts of a node that have to be conditions."""
    match node:
        case Where(condition):
            return (condition,)
        case Head(_, condition) if condition is not None:
            return (condition,)
        case Unary("NOT", operand):
            return (operand,)
        case Binary(op, left, right) if op in _LOGIC:
            return (left, right)
        case Call("if" | "mvfilter", (condition, *_)):
            return (condition,)
        case Call("case" | "validate", args):
            return args[::2]
        case _:
            return ()
