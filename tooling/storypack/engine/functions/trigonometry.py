"""Search Reference: Trigonometry and Hyperbolic functions. Angles in radians; `nan` outside of a function's domain."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import number, numbers
from storypack.engine.sql import Sql


def _register(name: str) -> None:
    @function(name, 1)
    def trigonometric(args: Sequence[Sql], context: FunctionContext) -> Sql:
        return number(f"{name}({numbers(args)[0]})")


for _name in ("acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh"):
    _register(_name)


@function("atan2", 2)
def atan2(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The angle of the point with `atan2(y, x)`."""
    y, x = numbers(args)
    return number(f"atan2({y}, {x})")


@function("hypot", 2)
def hypot(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The length of a right triangle's long side."""
    x, y = numbers(args)
    return number(f"sqrt({x} * {x} + {y} * {y})")
