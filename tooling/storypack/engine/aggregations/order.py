"""Aggregations that follow the order of arrival, or `_time`.

Search Reference: "Event order functions", "Time functions". All of them pass over events in which the field is null.
"""

from __future__ import annotations

from storypack.engine.aggregations.registry import Argument, aggregation
from storypack.engine.sql import Kind, Sql

LIST_LIMIT = 100
"""How many values `list` keeps (limits.conf: [stats] list_maxsize)."""


def _single_value(argument: Argument, text: str) -> Sql:
    """One value of an aggregate over values: of a multivalue its first."""
    if argument.multi:
        return Sql(f"{text}[1]", Kind.STRING)
    return Sql(text, Kind.NUMBER if argument.sql.kind is Kind.NUMBER else Kind.STRING)


@aggregation("first")
def first(argument: Argument) -> Sql:
    """The value of the event that arrived first."""
    return _single_value(argument, argument.agg(f"arg_min({argument.value}, {argument.order})"))


@aggregation("last")
def last(argument: Argument) -> Sql:
    """The value of the event that arrived last."""
    return _single_value(argument, argument.agg(f"arg_max({argument.value}, {argument.order})"))


def by_time(argument: Argument, value: str, which: str) -> str:
    """`value` of the oldest (`arg_min`) or newest (`arg_max`) event. Events come newest first, so that of those with
    the same time the last to arrive is the oldest."""
    key = f"({argument.time}, -({argument.order}))"
    return argument.agg(f"{which}({value}, {key})", f"({value}) IS NOT NULL AND ({argument.time}) IS NOT NULL")


@aggregation("earliest")
def earliest(argument: Argument) -> Sql:
    """The value of the event with the smallest `_time`."""
    return _single_value(argument, by_time(argument, argument.value, "arg_min"))


@aggregation("latest")
def latest(argument: Argument) -> Sql:
    """The value of the event with the greatest `_time`."""
    return _single_value(argument, by_time(argument, argument.value, "arg_max"))


@aggregation("list")
def list_(argument: Argument) -> Sql:
    """The values in the order of arrival, at most 100."""
    value = f"spl_text({argument.value})" if argument.sql.kind is Kind.NUMBER else argument.value
    rows = argument.agg(f"arg_min({value}, {argument.order}, {LIST_LIMIT + 1})", f"{argument.value} IS NOT NULL")
    found = f"flatten({rows})" if argument.multi else rows
    return Sql(f"spl_first({found}, {LIST_LIMIT}, {argument.context.cut})", Kind.MULTI)
