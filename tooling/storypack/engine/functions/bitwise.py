"""Search Reference: Bitwise functions. Whole numbers from 0 to 2^53 - 1; null for all others."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import number, numbers
from storypack.engine.sql import Sql

_ALL = 2**53 - 1


def _bits(args: Sequence[Sql]) -> list[str]:
    return [f"spl_bits({value})" for value in numbers(args)]


def _number(text: str) -> Sql:
    return number(f"CAST({text} AS DOUBLE)")


@function("bit_and", 2, None)
def bit_and(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return _number(f"({' & '.join(_bits(args))})")


@function("bit_or", 2, None)
def bit_or(args: Sequence[Sql], context: FunctionContext) -> Sql:
    return _number(f"({' | '.join(_bits(args))})")


@function("bit_xor", 2, None)
def bit_xor(args: Sequence[Sql], context: FunctionContext) -> Sql:
    first, *rest = _bits(args)
    for value in rest:
        first = f"xor({first}, {value})"
    return _number(first)


@function("bit_not", 1, 2)
def bit_not(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """All 53 bits inverted; of these, those of the mask."""
    value, *mask = _bits(args)
    inverted = f"xor({value}, {_ALL})"
    return _number(f"({inverted} & {mask[0]})" if mask else inverted)


@function("bit_shift_left", 2)
def bit_shift_left(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Bits beyond the 53rd are lost."""
    value, by = _bits(args)
    return _number(f"spl_shift_left({value}, {by})")


@function("bit_shift_right", 2)
def bit_shift_right(args: Sequence[Sql], context: FunctionContext) -> Sql:
    value, by = _bits(args)
    return _number(f"spl_shift_right({value}, {by})")
