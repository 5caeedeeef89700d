"""Fields that have a value in every row: what a stage gives a value to or asks for; and expressions never null.

Careful in one direction: a field that is not `known` may well have a value in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from storypack.spl import catalogue
from storypack.spl.fields.state import OF_EVENTS
from storypack.spl.nodes import Binary, Call, Expr, Field, InList, MacroCall, Number, Pipeline, String, Unary

Names: TypeAlias = frozenset[str]
NONE: Names = frozenset()


_COMPARISONS = frozenset({"=", "==", "!=", "<", "<=", ">", ">=", "LIKE"})


def never_null(expr: Expr, known: Names) -> bool:
    """Does the expression have a value wherever the `known` fields have one?"""
    match expr:
        case Number() | String() | MacroCall():
            return True
        case Field(name):
            return name in known
        case Unary("NOT", operand):
            return never_null(operand, known)
        case Binary("AND", left, right):
            parts = list(_parts(expr, "AND"))
            asked = known.union(*(_asked(part, present=True) for part in parts))
            return all(never_null(part, asked) for part in parts)
        case Binary("OR", left, right):
            parts = list(_parts(expr, "OR"))
            asked = known.union(*(_asked(part, present=False) for part in parts))
            return all(never_null(part, asked) for part in parts)
        case Binary(operator, left, right) if operator in _COMPARISONS or operator in (".", "+", "XOR"):
            return never_null(left, known) and never_null(right, known)
        case InList(operand, values):
            return never_null(operand, known) and all(never_null(value, known) for value in values)
        case Call(name, args):
            return _call(name, args, known)
        case _:
            return False


def _call(name: str, args: Sequence[Expr], known: Names) -> bool:
    facts = catalogue.functions().get(name)
    if facts is not None and facts.null == "never":
        return True
    if name in ("coalesce", "mvappend"):
        return any(never_null(argument, known) for argument in args)
    if name == "if" and len(args) == 3:
        with_it, without = known | guarded(args[0]), known | _asked(args[0], present=False)
        return never_null(args[1], with_it) and never_null(args[2], without)
    if name == "case" and len(args) > 1:
        branches = zip(args[::2], args[1::2], strict=False)
        complete = args[-2] == Call("true", ())
        return complete and all(never_null(value, known | guarded(condition)) for condition, value in branches)
    return _is_strict(name) and all(never_null(argument, known) for argument in args)


def _parts(expr: Expr, operator: str) -> Iterator[Expr]:
    """What a chain of one operator joins, from left to right."""
    if isinstance(expr, Binary) and expr.op == operator:
        yield from _parts(expr.left, operator)
        yield from _parts(expr.right, operator)
    else:
        yield expr


def conjuncts(expr: Expr) -> list[Expr]:
    """The conditions that AND joins."""
    return list(_parts(expr, "AND"))


def disjuncts(expr: Expr) -> list[Expr]:
    """The conditions that OR joins."""
    return list(_parts(expr, "OR"))


def _asked(condition: Expr, *, present: bool) -> Names:
    """The field that `isnotnull(f)` (`present`) or `isnull(f)` asks for, also under NOT."""
    match condition:
        case Unary("NOT", operand):
            return _asked(operand, present=not present)
        case Call("isnotnull" | "isnull" as name, (Field(field),)) if (name == "isnotnull") == present:
            return frozenset({field})
        case _:
            return NONE


def absent(condition: Expr) -> Names:
    """The fields that have a value where a condition such as `isnull(f)` does not hold."""
    return frozenset().union(*(_asked(part, present=False) for part in disjuncts(condition)))


def guarded(condition: Expr) -> Names:
    """The fields that have a value wherever the condition holds."""
    match condition:
        case Binary("AND"):
            return frozenset().union(*(guarded(part) for part in conjuncts(condition)))
        case Binary("OR"):
            first, *others = (guarded(part) for part in disjuncts(condition))
            return first.intersection(*others)
        case Binary(operator, left, right) if operator in _COMPARISONS:
            return _needed(left) | _needed(right)
        case InList(operand):
            return _needed(operand)
        case Call("match" | "like" | "cidrmatch" | "in", args):
            return frozenset().union(*(_needed(argument) for argument in args))
        case _:
            return _asked(condition, present=True)


def _needed(value: Expr) -> Names:
    """The fields without which the value is null."""
    match value:
        case Field(name):
            return frozenset({name})
        case Call(name, args) if _is_strict(name) or name in ("mvindex", "tonumber", "strptime"):
            return frozenset().union(*(_needed(argument) for argument in args))
        case Binary(operator, left, right) if operator in ("+", "-", "*", "/", "%", "."):
            return _needed(left) | _needed(right)
        case _:
            return NONE


def _is_strict(name: str) -> bool:
    facts = catalogue.functions().get(name)
    return facts is not None and facts.null == "strict"


def before(pipeline: Pipeline) -> Names:
    """What has a value before the first stage: the default fields of events, nothing where the stage makes rows."""
    return NONE if pipeline.leading_pipe else OF_EVENTS
