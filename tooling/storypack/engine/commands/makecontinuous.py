"""makecontinuous. Search Reference: "makecontinuous"."""

from __future__ import annotations

from storypack.engine.commands.bin import TIMES, extremes, span_of
from storypack.engine.commands.options import options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.union import beside
from storypack.engine.errors import SearchError
from storypack.engine.relation import OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.spans import Span
from storypack.engine.sql import Kind, Sql, as_number
from storypack.spl import tree


@command("makecontinuous", without_effect="end start")
def makecontinuous(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for every bin between the first and the last value of a field (`_time`)."""
    words = words_of(node.words)
    name = words[0] if words else "_time"
    options = options_of(node.options)
    rows = session.materialise(rows)
    if rows.find(name) is None:
        return rows
    if "span" in options or "bins" in options or name in TIMES:
        rows, span = span_of(name, options, rows, session, time=True)
        rows = session.materialise(
            rows.extend("bin", {name: Sql(span.time_sql(as_number(rows.field(name))), Kind.NUMBER)})
        )
    else:
        span = Span(1.0)
    number = as_number(rows.field(name))
    low, high = extremes(number, rows, session)
    return filled(name, span, low, high, rows, session)


def filled(name: str, span: Span, low: float | None, high: float | None, rows: Relation, session: Session) -> Relation:
    """The rows, and a row for each bin that has none, in the order of the bins. `rows` are closed."""
    if low is None or high is None:
        return rows
    starts = []
    at = span.start(low)
    while at <= high:
        starts.append(at)
        following = span.next(at)
        if len(starts) > 50_000 or following <= at:
            raise SearchError(f"more than 50,000 bins of `{name}`: use a wider span")
        at = following
    grid = session.table({"__bin": starts}, "bins")
    bin_column, number = grid.field("__bin").text, as_number(rows.field(name))
    join = f"{rows.source} FULL JOIN {grid.source} ON {number} = {bin_column}"
    joined = beside(rows, grid, join, (), right_wins=False, label="continuous")
    value = Sql(f"coalesce({number}, {bin_column})", Kind.NUMBER)
    joined = joined.extend("continuous", {name: value}).drop(lambda field: field == "__bin")
    return joined.stage(
        "sort", f"SELECT * FROM {joined.source}", order=(OrderKey(joined.field(name).text), *rows.order)
    )
