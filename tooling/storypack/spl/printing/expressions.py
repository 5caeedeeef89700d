"""Eval expressions as text, with no more brackets than the grammar needs."""

from __future__ import annotations

import re

from storypack.spl.expressions import ASSOCIATIVE, CHAIN, COMPARISON, LEVELS, NOT, SIGN, chain
from storypack.spl.nodes import Binary, Call, Expr, Field, InList, MacroCall, Number, String, SubsearchValue, Unary
from storypack.spl.printing import text

_BARE = re.compile(r"(?:[\w{}:@#$]|<<\w+>>)+").fullmatch
_NUMBER = re.compile(r"\d+(?:[eE][-+]?\d+)?").fullmatch
_KEYWORDS = frozenset({"and", "or", "not", "xor", "like", "in"})
_PRIMARY = SIGN + 1


def expression(node: Expr) -> str:
    """The text of an expression."""
    match node:
        case Field(name, quoted):
            bare = not quoted and _BARE(name) and not _NUMBER(name) and name.lower() not in _KEYWORDS
            return name if bare else text.single(name)
        case Number(written):
            return written
        case String(value):
            return text.double(value, node.written)
        case Call(name, args):
            return f"{name}({', '.join(expression(arg) for arg in args)})"
        case Unary("NOT", operand):
            again = isinstance(operand, Unary) and operand.op == "NOT"
            return f"NOT {expression(operand) if again else _at(operand, COMPARISON)}"
        case Unary(operator, operand):
            return operator + _at(operand, SIGN)
        case Binary(operator):
            return _binary(node, operator)
        case InList(operand, values):
            return f"{_at(operand, COMPARISON)} IN ({', '.join(expression(value) for value in values)})"
        case MacroCall():
            return text.macro(node)
        case SubsearchValue(pipeline):
            from storypack.spl.printing.pipelines import subsearch

            return subsearch(pipeline)


def _binary(node: Binary, operator: str) -> str:
    level = LEVELS[operator]
    if operator in ASSOCIATIVE:
        parts = _leaves(node, operator)
        if len(parts) > CHAIN and chain(operator, parts) == node:
            return f" {operator} ".join([_at(parts[0], level), *(_at(part, level + 1) for part in parts[1:])])
    return f"{_at(node.left, level)} {operator} {_at(node.right, level + 1)}"


def _leaves(node: Expr, operator: str) -> list[Expr]:
    """What a tree of one operator joins, from left to right."""
    operands: list[Expr] = []
    stack: list[Expr] = [node]
    while stack:
        last = stack.pop()
        if isinstance(last, Binary) and last.op == operator:
            stack += (last.right, last.left)
        else:
            operands.append(last)
    return operands


def _at(node: Expr, level: int) -> str:
    """`node` where the grammar reads operators of `level` and above; in brackets if it binds looser."""
    return expression(node) if _level(node) >= level else f"({expression(node)})"


def _level(node: Expr) -> int:
    match node:
        case Binary(operator):
            return LEVELS[operator]
        case InList():
            return COMPARISON
        case Unary("NOT"):
            return NOT
        case Unary():
            return SIGN
        case _:
            return _PRIMARY
