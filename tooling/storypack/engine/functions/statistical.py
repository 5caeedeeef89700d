"""Search Reference: Statistical eval functions."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.engine.functions.mathematical import number_list
from storypack.engine.functions.registry import FunctionContext, function
from storypack.engine.functions.shapes import number
from storypack.engine.sql import NULL, Kind, Sql, as_multi


@function("avg", 1, None)
def avg(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The mean of the numbers among the values, each value of a multivalue; null without any."""
    return number(f"list_avg({number_list('avg', args)})")


@function("max", 1, None)
def max_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The greatest value; any text is greater than any number."""
    return _extreme("max", "greatest", args)


@function("min", 1, None)
def min_(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The smallest value; any number is smaller than any text."""
    return _extreme("min", "least", args)


def _extreme(name: str, of_numbers: str, args: Sequence[Sql]) -> Sql:
    known = [arg for arg in args if arg.kind is not Kind.NULL]
    if not known:
        return NULL
    if all(arg.kind is Kind.NUMBER for arg in known):
        return number(f"{of_numbers}({', '.join(arg.text for arg in known)})")
    lists = [as_multi(arg) for arg in known]
    values = lists[0] if len(lists) == 1 else f"list_concat({', '.join(lists)})"
    return Sql(f"spl_list_{name}({values})", Kind.STRING)


@function("random", 0)
def random(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """A whole number from 0 to 2^31 - 1, another one for each row."""
    return number("floor(random() * 2147483648)")
