"""Aggregations of time and of rates.

Search Reference: "Time functions".
"""

from __future__ import annotations

from collections.abc import Callable

from storypack.engine.aggregations.numbers import sum_
from storypack.engine.aggregations.order import by_time
from storypack.engine.aggregations.registry import AggregationError, AggregationNotSupported, Argument, aggregation
from storypack.engine.sql import Kind, Sql


def _time(argument: Argument, function: str) -> str:
    return argument.agg(f"{function}({argument.time})", f"{argument.value} IS NOT NULL")


@aggregation("earliest_time")
def earliest_time(argument: Argument) -> Sql:
    """The `_time` of the oldest event that has the field."""
    return Sql(_time(argument, "min"), Kind.NUMBER)


@aggregation("latest_time")
def latest_time(argument: Argument) -> Sql:
    """The `_time` of the newest event that has the field."""
    return Sql(_time(argument, "max"), Kind.NUMBER)


@aggregation("rate")
def rate(argument: Argument) -> Sql:
    """(latest - earliest) / (latest_time - earliest_time) of a counter, per second; null for a single point in time."""
    value = f"spl_number(spl_single({argument.value}))" if argument.multi else argument.number
    rise = f"({by_time(argument, value, 'arg_max')} - {by_time(argument, value, 'arg_min')})"
    seconds = f"nullif({_time(argument, 'max')} - {_time(argument, 'min')}, 0)"
    return Sql(f"({rise} / {seconds})", Kind.NUMBER)


def _per(name: str, unit: int) -> Callable[[Argument], Sql]:
    @aggregation(name)
    def per(argument: Argument) -> Sql:
        if argument.context.span is None:
            raise AggregationError(f"aggregation `{name}` works in timechart only")
        return Sql(f"({sum_(argument).text} * {unit / argument.context.span!r})", Kind.NUMBER)

    return per


per_second = _per("per_second", 1)
per_minute = _per("per_minute", 60)
per_hour = _per("per_hour", 3600)
per_day = _per("per_day", 86400)


@aggregation("sparkline")
def sparkline(argument: Argument) -> Sql:
    """Refused: it is a drawing."""
    raise AggregationNotSupported("sparkline", "it is a drawing")
