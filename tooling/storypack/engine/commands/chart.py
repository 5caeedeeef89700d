"""chart, timechart (Search Reference: chart, timechart).

Rows are the values of one field (for timechart: bins of time), columns those of another (see `pivot`)."""

from __future__ import annotations

from dataclasses import replace

from storypack.engine.aggregations import AggregationContext
from storypack.engine.commands.bin import aligned, binned
from storypack.engine.commands.makecontinuous import filled
from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.pivot import COUNTS, functions_of, pivot, split_of, where_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.stats import by_columns, grouped, measures
from storypack.engine.errors import SearchError
from storypack.engine.relation import OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.spans import DEFAULT_BINS, Span, auto_time_span, parse_span
from storypack.engine.sql import Kind, Sql, as_number, as_text
from storypack.spl import tree

_BINNING = frozenset({"span", "bins", "start", "end", "minspan", "aligntime"})


@command("chart", "sichart", without_effect="agg dedup_splitvals")
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
    where, late = where_of(node)
    split = split_of(where, {**options, **options_of(by.options), **late})
    table = pivot(rows, row_name, column_name, found, split, where, session, None)
    return _sorted_rows(table, row_name)


def _sorted_rows(rows: Relation, name: str) -> Relation:
    value = rows.field(name)
    keys = [as_number(value)] if value.kind is Kind.NUMBER else [as_number(value), _low_end(value), as_text(value)]
    return rows.stage("sort", f"SELECT * FROM {rows.source}", order=tuple(OrderKey(key) for key in keys))


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


@command("timechart", "sitimechart", without_effect="agg dedup_splitvals partial")
def timechart(node: tree.Chart, rows: Relation, session: Session) -> Relation:
    """A row for each bin of time from the first event to the last, columns as in chart."""
    options = options_of(node.options)
    by = node.by
    if by is not None and "span" not in options:
        options, by = _late_span(options, by)
    rows = rows.where("timechart", f"coalesce(isfinite({as_number(rows.field('_time'))}), FALSE)")
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
        bins = whole(options.get("bins", str(DEFAULT_BINS)), "bins", least=1)
        least = parse_span(options["minspan"]).seconds if "minspan" in options else 0.0
        span = Span(1.0) if low is None else auto_time_span(low, high, bins, least)
    rows = rows.extend("bin", {"_time": Sql(span.time_sql(as_number(rows.field("_time"))), Kind.NUMBER)})
    context = AggregationContext(span.seconds)
    ends: tuple[float | None, float | None] = (None, None)
    if by is None:
        found = measures(node.aggregations, rows, session)
        table = grouped(rows, ["_time"], found, "timechart", session, context)
        zeros = {measure.output for measure in found if measure.func in COUNTS}
    else:
        rows, name = _axis(by, {}, rows, session)
        found = measures(node.aggregations, rows, session)
        where, late = where_of(node)
        split = split_of(where, {**options, **options_of(by.options), **late})
        if not (split.usenull and split.useother):
            # bins in which no column is left stay, too
            ends = _ends(rows, session)
        table = pivot(rows, "_time", name, found, split, where, session, context)
        zeros = {title for title, func in functions_of(table, found).items() if func in COUNTS}
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
