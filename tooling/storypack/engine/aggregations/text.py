"""Aggregations of values as text, and of whichever they are (min, max).

Search Reference: "Statistical and charting functions" ("How field values are processed"), "Multivalue stats and
chart functions".
"""

from __future__ import annotations

from storypack.engine.aggregations.registry import Argument, aggregation
from storypack.engine.sql import Kind, Sql


@aggregation("dc", "distinct_count", "estdc")
def dc(argument: Argument) -> Sql:
    """How many different values there are; `estdc` is exact here."""
    if argument.multi:
        text = f"coalesce(len(list_distinct({argument.flat(argument.sql.text)})), 0)"
    elif argument.context.many:
        text = f"coalesce(len(list_distinct({argument.agg(f'list({argument.value})')})), 0)"
    else:
        text = argument.agg(f"count(DISTINCT {argument.value})")
    return Sql(f"CAST({text} AS DOUBLE)", Kind.NUMBER)


@aggregation("estdc_error")
def estdc_error(argument: Argument) -> Sql:
    """The error of `estdc`, which is none."""
    return Sql(f"(0 * {dc(argument).text})", Kind.NUMBER)


@aggregation("values")
def values(argument: Argument) -> Sql:
    """The different values, sorted as text."""
    if argument.multi:
        return Sql(f"list_sort(list_distinct({argument.flat(argument.sql.text)}))", Kind.MULTI)
    value = f"spl_text({argument.value})" if argument.sql.kind is Kind.NUMBER else argument.value
    present = f"{argument.value} IS NOT NULL"
    if argument.context.many:
        return Sql(f"list_sort(list_distinct({argument.agg(f'list({value})', present)}))", Kind.MULTI)
    return Sql(f"list_sort({argument.agg(f'list(DISTINCT {value})', present)})", Kind.MULTI)


@aggregation("mode")
def mode(argument: Argument) -> Sql:
    """The most frequent value; of several the one that is first as text."""
    if argument.multi:
        return Sql(f"list_aggregate(list_sort({argument.flat(argument.sql.text)}), 'mode')", Kind.STRING)
    kind = Kind.NUMBER if argument.sql.kind is Kind.NUMBER else Kind.STRING
    return Sql(argument.agg(f"mode({argument.value} ORDER BY {argument.value})"), kind)


@aggregation("max")
def max_(argument: Argument) -> Sql:
    """The greatest number; where there is any text, the last text in lexicographical order."""
    if argument.sql.kind is Kind.NUMBER:
        return Sql(argument.agg(f"max({argument.sql.text})"), Kind.NUMBER)
    if argument.multi:
        text = f"max(list_max(spl_texts({argument.sql.text})))"
        return _either(argument.agg(text), argument.agg(f"max(list_max({argument.numbers}))"))
    texts = argument.agg(f"max({argument.value})", f"NOT spl_is_number({argument.value})")
    return _either(texts, argument.agg(f"max({argument.number})"))


@aggregation("min")
def min_(argument: Argument) -> Sql:
    """The smallest number; where there is none, the first text in lexicographical order."""
    if argument.sql.kind is Kind.NUMBER:
        return Sql(argument.agg(f"min({argument.sql.text})"), Kind.NUMBER)
    if argument.multi:
        number = argument.agg(f"min(list_min({argument.numbers}))")
        return Sql(f"coalesce(spl_text({number}), {argument.agg(f'min(list_min({argument.sql.text}))')})", Kind.STRING)
    number = argument.agg(f"min({argument.number})")
    return Sql(f"coalesce(spl_text({number}), {argument.agg(f'min({argument.value})')})", Kind.STRING)


def _either(text: str, number: str) -> Sql:
    return Sql(f"coalesce({text}, spl_text({number}))", Kind.STRING)
