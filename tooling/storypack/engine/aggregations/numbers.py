"""Aggregations of numbers. Values that are no numbers are left out; each value of a multivalue counts.

Search Reference: "Aggregate functions".
"""

from __future__ import annotations

from storypack.engine.aggregations.registry import Argument, aggregation
from storypack.engine.readings import reading
from storypack.engine.sql import Kind, Sql


def _number(text: str) -> Sql:
    return Sql(text, Kind.NUMBER)


@aggregation("count", "c")
def count(argument: Argument) -> Sql:
    """How many values there are; of a condition, how often it is true."""
    if argument.sql.kind is Kind.BOOL:
        text = argument.agg("count(*)", "" if argument.sql.text == "TRUE" else argument.sql.text)
    elif argument.multi:
        text = f"coalesce({argument.agg(f'sum(len({argument.sql.text}))')}, 0)"
    else:
        text = argument.agg(f"count({argument.sql.text})")
    return _number(f"CAST({text} AS DOUBLE)")


@aggregation("sum")
def sum_(argument: Argument) -> Sql:
    """The sum; null where there is no number."""
    per_row = f"list_sum({argument.numbers})" if argument.multi else argument.number
    return _number(argument.agg(f"sum({per_row})"))


@aggregation("sumsq")
def sumsq(argument: Argument) -> Sql:
    """The sum of the squares."""
    if argument.multi:
        return _number(argument.agg(f"sum(list_sum(list_transform({argument.numbers}, lambda n: n * n)))"))
    return _number(argument.agg(f"sum({argument.number} * {argument.number})"))


@aggregation("avg", "mean")
def avg(argument: Argument) -> Sql:
    """The arithmetic mean."""
    if not argument.multi:
        return _number(argument.agg(f"avg({argument.number})"))
    total = argument.agg(f"sum(list_sum({argument.numbers}))")
    return _number(f"({total} / nullif({argument.agg(f'sum(len({argument.numbers}))')}, 0))")


@aggregation("range")
def range_(argument: Argument) -> Sql:
    """The greatest number less the smallest."""
    if argument.multi:
        low, high = f"list_min({argument.numbers})", f"list_max({argument.numbers})"
    else:
        low = high = argument.number
    return _number(f"({argument.agg(f'max({high})')} - {argument.agg(f'min({low})')})")


def _spread(argument: Argument, function: str) -> Sql:
    if argument.multi:
        numbers = argument.flat(argument.numbers)
        text, found = f"list_aggregate({numbers}, '{function}')", f"len({numbers})"
    else:
        text, found = argument.agg(f"{function}({argument.number})"), argument.agg(f"count({argument.number})")
    # a single value has no spread: 0, where SQL's sample functions say null
    return _number(f"coalesce({text}, CASE WHEN {found} > 0 THEN 0 END)")


@aggregation("stdev")
def stdev(argument: Argument) -> Sql:
    """The standard deviation of a sample."""
    return _spread(argument, "stddev_samp")


@aggregation("stdevp")
def stdevp(argument: Argument) -> Sql:
    """The standard deviation of a population."""
    return _spread(argument, "stddev_pop")


@aggregation("var")
def var(argument: Argument) -> Sql:
    """The variance of a sample."""
    return _spread(argument, "var_samp")


@aggregation("varp")
def varp(argument: Argument) -> Sql:
    """The variance of a population."""
    return _spread(argument, "var_pop")


@aggregation("perc", "p", "exactperc", "upperperc")
def percentile(argument: Argument) -> Sql:
    """The percentile, between two values by how near it is to each (of 1 to 10, `perc95` is 9.55), exact always.

    The page speaks of the nearest rank, but its examples are of this.
    """
    share = argument.parameter / 100
    rule = "quantile_cont" if reading("percentile-rule") == "between" else "quantile_disc"
    if argument.multi:
        return _number(f"list_aggregate({argument.flat(argument.numbers)}, '{rule}', {share!r})")
    return _number(argument.agg(f"{rule}({argument.number}, {share!r})"))


@aggregation("median")
def median(argument: Argument) -> Sql:
    """The middle value, of two middle ones the higher."""
    if argument.multi:
        return _number(f"spl_median({argument.flat(argument.numbers)})")
    return _number(f"(-{argument.agg(f'quantile_disc(-({argument.number}), 0.5)')})")
