"""trendline: moving averages (Search Reference: trendline)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from storypack.engine.commands.options import words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.union import beside
from storypack.engine.errors import SearchError
from storypack.engine.readings import reading
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number
from storypack.spl import tree

_TREND = re.compile(r'(?P<type>[A-Za-z]+)(?P<period>\d*)\((?:"(?P<quoted>[^"]+)"|(?P<field>[^"()]+))\)')


@command("trendline")
def trendline(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Simple (sma), weighted (wma) and exponential (ema) moving averages; the first two need a whole period of rows."""
    trends = list(_trends(words_of(node.words)))
    if not trends:
        raise SearchError("trendline needs a trend, such as `sma5(count)`")
    rows, place = rows.numbered()
    for kind, period, field, target in trends:
        number = as_number(rows.field(field))
        if kind == "ema":
            session.warn("trendline: where an ema begins is not documented; here it begins with the first value")
            rows, place = _exponential(rows, place, number, period, target, session)
        else:
            value = _simple(number, place, period) if kind == "sma" else _weighted(number, place, period)
            rows = rows.extend("trendline", {target: Sql(value, Kind.NUMBER)})
    return rows


def _trends(words: Sequence[str]) -> Iterator[tuple[str, int, str, str]]:
    """Kind, period, field and new field of each trend."""
    left = list(words)
    while left:
        word = left.pop(0)
        found = _TREND.fullmatch(word)
        if not found or found["type"].lower() not in ("sma", "wma", "ema"):
            raise SearchError(
                f"trendline: `{word}` is no trend; write sma, wma or ema, a period and a field: `sma5(n)`"
            )
        period = int(found["period"] or 0)
        if not 2 <= period <= 10_000:
            raise SearchError(f"trendline: the period of `{word}` must be between 2 and 10000")
        target = word.replace('"', "")
        if len(left) > 1 and left[0].lower() == "as":
            _, target = left.pop(0), left.pop(0)
        yield found["type"].lower(), period, found["quoted"] or found["field"].strip(), target


def _window(place: str, period: int) -> str:
    return f"OVER (ORDER BY {place} ROWS BETWEEN {period - 1} PRECEDING AND CURRENT ROW)"


def _simple(number: str, place: str, period: int) -> str:
    over = _window(place, period)
    return f"CASE WHEN count({number}) {over} = {period} THEN avg({number}) {over} END"


def _weighted(number: str, place: str, period: int) -> str:
    """The newest value counts `period` times, the oldest once."""
    over = _window(place, period)
    weighted = f"sum({number} * {place}) {over} - ({place} - {period}) * sum({number}) {over}"
    total = period * (period + 1) / 2
    return f"CASE WHEN count({number}) {over} = {period} THEN ({weighted}) / {total!r} END"


def _exponential(
    rows: Relation, place: str, number: str, period: int, target: str, session: Session
) -> tuple[Relation, str]:
    """`EMA(t) = alpha * EMA(t-1) + (1 - alpha) * field(t)`, alpha being `2 / (period + 1)`. A row without a number has
    no average, and the next goes on from the one before."""
    alpha = 2 / (period + 1)
    values = [value for (value,) in session.fetch(rows, f"SELECT {number}", f"ORDER BY {place}")]
    averages: list[float | None] = []
    last: float | None = None
    first = period if reading("trendline-ema") == "mean" else 1  # values whose mean is the first average
    begun: list[float] = []
    for value in values:
        if value is not None and last is not None:
            last = alpha * last + (1 - alpha) * value
        elif value is not None:
            begun.append(value)
            last = sum(begun) / first if len(begun) == first else None
        averages.append(None if value is None else last)
    found = session.table({target: averages}, "ema").rename({target: "__ema"})
    found, found_place = found.numbered()
    join = f"{rows.source} LEFT JOIN {found.source} ON {place} = {found_place}"
    joined = beside(rows, found, join, rows.order, right_wins=True, label="trendline")
    value = joined.field("__ema")
    joined = joined.extend("trendline", {target: value}).drop(lambda name: name == "__ema")
    return joined, place
