"""chart, timechart (Search Reference: chart, timechart).

Rows are the values of one field (for timechart: bins of time), columns those of another. The cells are aggregated twice
over: first by row and column; then the columns beyond the limit are folded into OTHER, which needs the events again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from storypack.engine.aggregations import AggregationContext
from storypack.engine.commands.bins import aligned, binned, filled
from storypack.engine.commands.options import decimal, flag, options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.commands.stats import Measure, by_columns, grouped, measures
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.spans import DEFAULT_BINS, Span, auto_time_span, parse_span
from storypack.engine.sql import Kind, Sql, as_number, as_text, identifier, quote
from storypack.spl import tree

_COUNTS = frozenset({"count", "c", "dc", "distinct_count", "estdc"})
_COMPARISON = re.compile(r"\s*([<>!]=|[<>=])\s*")
_TRAILING = re.compile(r'\s+(usenull|useother|nullstr|otherstr|limit)=("[^"]*"|\S+)\s*$')
_BINNING = frozenset({"span", "bins", "start", "end", "minspan", "aligntime"})


@dataclass(frozen=True, slots=True)
class Split:
    """How column values are chosen and named."""

    limit: int = 10
    bottom: bool = False
    useother: bool = True
    usenull: bool = True
    other: str = "OTHER"
    null: str = "NULL"
    separator: str = ": "
    style: str = "$AGG$: $VAL$"


@command("chart", "sichart")
def chart(node: tree.Chart, rows: Relation, session: Session) -> Relation:
    """A row for each value of a field, a column for each aggregation or each value of a second field."""
    options = options_of(node.options)
    over, by = (node.over, node.by) if node.over is not None else (node.by, None)
    if over is None:
        return grouped(rows, [], measures(node.aggregations, rows, session), "chart", session)
    rows, row_name = _axis(over, options if by is None else {}, rows, session)
    if by is None:
        rows, names = by_columns([tree.Field(row_name)], rows)
        return _sorted_rows(
            grouped(rows, names, measures(node.aggregations, rows, session), "chart", session), row_name
        )
    rows, column_name = _axis(by, {}, rows, session)
    found = measures(node.aggregations, rows, session)
    where, late = _where(node)
    split = _split(where, {**options, **options_of(by.options), **late})
    table = _pivot(rows, row_name, column_name, found, split, where, session, None)
    return _sorted_rows(table, row_name)


def _sorted_rows(rows: Relation, name: str) -> Relation:
    value = rows.field(name)
    keys = [as_number(value)] if value.kind is Kind.NUMBER else [as_number(value), _low_end(value), as_text(value)]
    return rows.stage("sort", "SELECT * FROM {rows}", order=tuple(OrderKey(key) for key in keys))


def _low_end(value: Sql) -> str:
    """The lower end of a range (`10-20`), so that ranges come in the order of numbers."""
    return f"TRY_CAST(regexp_extract({as_text(value)}, '^(-?[0-9.]+)-', 1) AS DOUBLE)"


def _axis(axis: tree.SplitBy, extra: dict[str, str], rows: Relation, session: Session) -> tuple[Relation, str]:
    """The field of an axis, binned where a span or a number of bins is given."""
    if isinstance(axis.field, tree.MacroCall):
        raise SearchError(f"macro `{axis.field.name}` is not defined")
    name = axis.field.name
    options = {**extra, **options_of(axis.options)}
    binning = {key: value for key, value in options.items() if key in _BINNING}
    if binning or name == "_time":
        rows, value = binned(name, binning, rows, session)
        rows = rows.extend("bin", {name: value})
    return rows, name


def _where(node: tree.Chart) -> tuple[str, dict[str, str]]:
    """The where-clause of a chart, and the options that may follow it."""
    text, options = node.where, {}
    while found := _TRAILING.search(text):
        options[found[1]] = found[2].strip('"')
        text = text[: found.start()]
    return text, options


def _split(where: str, options: dict[str, str]) -> Split:
    text = options.get("limit", "10").lower()
    bottom = text.startswith("bottom")
    number = text.removeprefix("bottom").removeprefix("top").strip()
    words = where.lower().split()
    limit = whole(number, "limit")
    if len(words) == 3 and words[1] in ("in", "notin") and words[2].startswith(("top", "bottom")):
        bottom = words[2].startswith("bottom") != (words[1] == "notin")
        limit = whole(words[2].removeprefix("top").removeprefix("bottom"), "where")
    separator = options.get("sep", ": ")
    return Split(
        limit,
        bottom,
        flag(options.get("useother", "t")),
        flag(options.get("usenull", "t")),
        options.get("otherstr", "OTHER"),
        options.get("nullstr", "NULL"),
        separator,
        options.get("format", f"$AGG${separator}$VAL$"),
    )


def _pivot(
    rows: Relation,
    row_name: str,
    column_name: str,
    found: Sequence[Measure],
    split: Split,
    where: str,
    session: Session,
    context: AggregationContext | None,
) -> Relation:
    """One row for each row value, one column for each measure and column value."""
    column = rows.field(column_name)
    text = as_text(column) if column.kind is not Kind.MULTI else f"unnest(coalesce({column.text}, [NULL]))"
    rows = rows.extend("split", {"__column": Sql(f"{text}", Kind.STRING)})
    rows = rows.where("split", f"{rows.field(row_name).text} IS NOT NULL")
    column = rows.field("__column")
    if not split.usenull:
        rows = rows.where("split", f"{column.text} IS NOT NULL")
    label = Sql(f"coalesce({column.text}, {quote(split.null)})", Kind.STRING)
    rows = rows.extend("split", {"__column": label})
    rows, by = by_columns([tree.Field(row_name)], rows)
    cells = session.materialise(grouped(rows, [*by, "__column"], found, "cells", session, context))
    kept, more = _kept(cells, found[0], where, split, session)
    if more:
        chosen = ", ".join(quote(value) for value in kept) or "NULL"
        if split.useother:
            # what is folded together has to be aggregated anew from the events
            text = rows.field("__column").text
            folded = f"CASE WHEN {text} IN ({chosen}) THEN {text} ELSE {quote(split.other)} END"
            rows = rows.extend("other", {"__column": Sql(folded, Kind.STRING)})
            cells = grouped(rows, [*by, "__column"], found, "cells", session, context)
            kept = [*kept, split.other]
        else:
            cells = cells.where("other", f"{cells.field('__column').text} IN ({chosen})")
    if split.null in kept:
        kept = [
            *(value for value in kept if value not in (split.null, split.other)),
            *(value for value in (split.null, split.other) if value in kept),
        ]
    return _spread(cells, row_name, kept, found, split)


def _kept(cells: Relation, measure: Measure, where: str, split: Split, session: Session) -> tuple[list[str], bool]:
    """The column values that get a column of their own, sorted, and whether there are more."""
    value = as_number(cells.field(measure.output))
    label = cells.field("__column").text
    words = _COMPARISON.sub(r" \1 ", where).split()
    function = words[0].lower() if words else "sum"
    if function not in ("sum", "max", "min", "avg", "count"):
        raise SearchError(f"chart: `where {where}` is not supported")
    direction = "ASC" if split.bottom else "DESC"
    scores = session.fetch(
        cells, f"SELECT {label}, {function}({value}) AS score", f"GROUP BY 1 ORDER BY score {direction} NULLS LAST, 1"
    )
    labels = [name for name, _ in scores]
    if len(words) == 3 and words[1] in ("<", ">", "<=", ">=", "=", "!="):
        limit = decimal(words[2], "where")
        tests = {"<": float.__lt__, ">": float.__gt__, "<=": float.__le__, ">=": float.__ge__}
        test = tests.get(words[1], float.__eq__ if words[1] == "=" else float.__ne__)
        kept = [name for name, score in scores if score is not None and test(float(score), limit)]
        return sorted(kept), len(kept) < len(labels)
    if words and (len(words) != 3 or words[1].lower() not in ("in", "notin")):
        raise SearchError(f"chart: `where {where}` is not supported")
    real = [name for name in labels if name != split.null]
    kept = real[: split.limit] if split.limit else real
    return sorted(kept) + ([split.null] if split.null in labels else []), len(kept) < len(real)


def _spread(cells: Relation, row_name: str, labels: Sequence[str], found: Sequence[Measure], split: Split) -> Relation:
    """The cells as a table."""
    row = cells.field(row_name)
    label = cells.field("__column").text
    columns = {row_name: Column(cells.names.new(row_name), row.kind)}
    selects = [f"{row.text} AS {identifier(columns[row_name].ident)}"]
    for measure in found:
        value = cells.field(measure.output)
        for name in labels:
            title = name if len(found) == 1 else _title(split, measure.output, name)
            text = f"any_value({value.text}) FILTER (WHERE {label} = {quote(name)})"
            if measure.func in _COUNTS:
                text = f"coalesce({text}, 0)"
            columns[title] = Column(cells.names.new(title), value.kind)
            selects.append(f"{text} AS {identifier(columns[title].ident)}")
    order = (OrderKey(identifier(columns[row_name].ident)),)
    text = f"SELECT {', '.join(selects)} FROM {{rows}} GROUP BY {row.text}"
    return cells.stage("chart", text, columns=columns, order=order, closes=True)


def _functions_of(table: Relation, found: Sequence[Measure]) -> dict[str, str]:
    """The columns of a pivot and the functions that fill them."""
    names = [name for name in table.columns if name != "_time"]
    if len(found) == 1:
        return dict.fromkeys(names, found[0].func)
    width = len(names) // len(found)
    return {name: found[at // width].func for at, name in enumerate(names)}


def _title(split: Split, aggregation: str, value: str) -> str:
    return split.style.replace("$AGG$", aggregation).replace("$VAL$", value)


@command("timechart", "sitimechart")
def timechart(node: tree.Chart, rows: Relation, session: Session) -> Relation:
    """A row for each bin of time from the first event to the last, columns as in chart."""
    options = options_of(node.options)
    by = node.by
    if by is not None and "span" not in options:
        options, by = _late_span(options, by)
    rows = rows.where("timechart", f"{rows.field('_time').text} IS NOT NULL")
    if "span" in options:
        span = aligned(parse_span(options["span"]), options, session)
    else:
        measures(node.aggregations, rows, session)
        if by is not None and isinstance(by.field, tree.Field):
            rows.find(by.field.name)
        # all that is needed has been asked for: the events are run once, without the rest
        rows = session.materialise(rows.keep(rows.columns))
        time = as_number(rows.field("_time"))
        low, high = session.fetch(rows, f"SELECT min({time}), max({time})")[0]
        bins = whole(options.get("bins", str(DEFAULT_BINS)), "bins")
        least = parse_span(options["minspan"]).seconds if "minspan" in options else 0.0
        span = Span(1.0) if low is None else auto_time_span(low, high, bins, least)
    rows = rows.extend("bin", {"_time": Sql(span.time_sql(as_number(rows.field("_time"))), Kind.NUMBER)})
    context = AggregationContext(span.seconds)
    ends: tuple[float | None, float | None] = (None, None)
    if by is None:
        found = measures(node.aggregations, rows, session)
        table = grouped(rows, ["_time"], found, "timechart", session, context)
        zeros = {measure.output for measure in found if measure.func in _COUNTS}
    else:
        rows, name = _axis(by, {}, rows, session)
        found = measures(node.aggregations, rows, session)
        where, late = _where(node)
        split = _split(where, {**options, **options_of(by.options), **late})
        if not (split.usenull and split.useother):
            # bins in which no column is left stay, too
            ends = _ends(rows, session)
        table = _pivot(rows, "_time", name, found, split, where, session, context)
        zeros = {title for title, func in _functions_of(table, found).items() if func in _COUNTS}
    if not flag(options.get("cont", "t")):
        return table
    limits = session.range if flag(options.get("fixedrange", "t")) else (None, None)
    return _continuous(table, span, zeros, ends, limits, session)


def _late_span(options: dict[str, str], by: tree.SplitBy) -> tuple[dict[str, str], tree.SplitBy]:
    """A span of time behind the split field (`timechart count by host span=1h`) is the bins'."""
    late = {name: value for name, value in options_of(by.options).items() if name in ("span", "bins", "minspan")}
    if not late or ("span" in late and not parse_span(late["span"]).unit):
        return options, by
    rest = tuple(one for one in by.options if not (isinstance(one, tree.Option) and one.name in late))
    return {**options, **late}, replace(by, options=rest)


def _ends(rows: Relation, session: Session) -> tuple[float | None, float | None]:
    low, high = session.fetch(rows, f"SELECT min({rows.field('_time').text}), max({rows.field('_time').text})")[0]
    return low, high


def _continuous(
    table: Relation,
    span: Span,
    zeros: set[str],
    ends: tuple[float | None, float | None],
    limits: tuple[float | None, float | None],
    session: Session,
) -> Relation:
    """The table with a row for every bin between its first and last, `ends`, and the search's time range (`limits`)."""
    table = session.materialise(table)
    low, high = _ends(table, session)
    if low is not None and high is not None:
        earliest, latest = limits
        if latest is None and earliest is not None:
            latest = session.now
        starts = [low, *(one for one in (ends[0], earliest) if one is not None)]
        stops = [high, *(one for one in (ends[1], latest and latest - 1e-6) if one is not None)]
        low, high = min(starts), max(stops)
    table = filled("_time", span, low, high, table, session)
    values = {
        name: Sql(f"coalesce({table.field(name).text}, 0)", Kind.NUMBER) for name in table.columns if name in zeros
    }
    return table.extend("zeros", values)
