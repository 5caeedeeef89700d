"""Search Reference: Date and Time functions. The time zone is UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.engine.functions.registry import FunctionContext, FunctionError, function
from storypack.engine.functions.shapes import literal_number, literal_text, number, per_value
from storypack.engine.readings import reading
from storypack.engine.sql import Kind, Sql, as_number, as_text, number_constant
from storypack.engine.udf.clock import relative_time_sql
from storypack.engine.udf.timeformat import strftime_sql, strptime_sql
from storypack.timemod import TimeModifierError, parse

_SUBSECONDS_OF_EPOCH = re.compile(r"%s%\d?[NQf]")


@function("now", 0)
def now(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The start of the search, epoch seconds."""
    return context.now()


@function("time", 0)
def time(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """As now: a search gives the same rows whenever it is run."""
    return context.now()


@function("relative_time", 2)
def relative_time(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The time moved by a time modifier."""
    modifier = literal_text(args[1])
    if modifier is not None:
        try:
            parsed = parse(modifier)
            start = literal_number(args[0])
            if start is not None:
                return number_constant(parsed.resolve(start))
            sql = relative_time_sql(as_number(args[0]), parsed)
            if sql is not None:
                return number(sql)
        except TimeModifierError as error:
            raise FunctionError(f"function `relative_time`: {error.message}") from error
    return number(f"spl_relative_time({as_number(args[0])}, {as_text(args[1])})")


@function("strftime", 2)
def strftime(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """The time in words."""
    known = literal_text(args[1])

    def formatted(epoch: str) -> str:
        return f"spl_strftime({epoch}, {as_text(args[1])})" if known is None else strftime_sql(epoch, known)

    if args[0].kind is Kind.MULTI:
        return per_value(args[0], lambda text: formatted(f"spl_number({text})"))
    return Sql(formatted(as_number(args[0])), Kind.STRING)


@function("strptime", 2)
def strptime(args: Sequence[Sql], context: FunctionContext) -> Sql:
    """Epoch seconds of a time in words; a number stays what it is (`_time` is one already)."""
    if args[0].kind is Kind.NUMBER and literal_text(args[1]) != "%s":
        text = as_text(args[0])
        return number(f"coalesce(spl_strptime({text}, {as_text(args[1])}, {context.now().text}), {args[0].text})")
    if args[0].kind is Kind.MULTI:
        inner = f"spl_strptime(one_, {as_text(args[1])}, {context.now().text})"
        values = f"list_transform({args[0].text}, lambda one_: spl_text({inner}))"
        return Sql(f"spl_some({values})", Kind.MULTI)
    known = literal_text(args[1])
    if known is not None:
        time = strptime_sql(as_text(args[0]), known, context.now().text)
        seconds = _SUBSECONDS_OF_EPOCH.sub("%s", known)
        if seconds != known and reading("epoch-short") == "seconds":
            time = f"coalesce({time}, {strptime_sql(as_text(args[0]), seconds, context.now().text)})"
        return number(time)
    return number(f"spl_strptime({as_text(args[0])}, {as_text(args[1])}, {context.now().text})")
