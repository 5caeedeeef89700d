"""The table of chart and timechart: a column for each value of the field that splits it (Search Reference: chart).

The cells are aggregated twice over: first by row and column; then the columns beyond the limit are folded into OTHER,
which needs the events again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storypack.engine.aggregations import AggregationContext
from storypack.engine.commands.options import decimal, flag, whole
from storypack.engine.commands.stats import Measure, by_columns, grouped
from storypack.engine.commands.wide import FEW, check_width, wide_table
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, identifier, quote
from storypack.spl import tree

COUNTS = frozenset({"count", "c", "dc", "distinct_count", "estdc"})
"""Functions whose empty cells are 0, not null."""

_COMPARISON = re.compile(r"\s*([<>!]=|[<>=])\s*")
_TRAILING = re.compile(r'\s+(usenull|useother|nullstr|otherstr|limit)=("[^"]*"|\S+)\s*$')


@dataclass(frozen=True, slots=True)
class Split:
    """How column values are chosen and named."""

    limit: int = 10
    bottom: bool = False
    useother: bool = True
    usenull: bool = True
    other: str = "OTHER"
    null: str = "NULL"
    style: str = "$AGG$: $VAL$"


def where_of(node: tree.Chart) -> tuple[str, dict[str, str]]:
    """The where-clause of a chart, and the options that may follow it."""
    text, options = node.where, {}
    while found := _TRAILING.search(text):
        options[found[1]] = found[2].strip('"')
        text = text[: found.start()]
    return text, options


def split_of(where: str, options: dict[str, str]) -> Split:
    """What the where-clause and the options say of the columns."""
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
        options.get("format", f"$AGG${separator}$VAL$"),
    )


def pivot(
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
    check_width(len(kept) * len(found), "chart", "limit= sets how many values get one")
    if len(kept) * len(found) > FEW:
        return _spread_wide(cells, row_name, kept, found, split, session)
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
            if measure.func in COUNTS:
                text = f"coalesce({text}, 0)"
            columns[title] = Column(cells.names.new(title), value.kind)
            selects.append(f"{text} AS {identifier(columns[title].ident)}")
    order = (OrderKey(identifier(columns[row_name].ident)),)
    text = f"SELECT {', '.join(selects)} FROM {cells.source} GROUP BY {row.text}"
    return cells.stage("chart", text, columns=columns, order=order, closes=True)


def _spread_wide(
    cells: Relation, row_name: str, labels: Sequence[str], found: Sequence[Measure], split: Split, session: Session
) -> Relation:
    """The same for many columns."""
    row, label = cells.field(row_name).text, cells.field("__column").text
    titles = [
        [name if len(found) == 1 else _title(split, measure.output, name) for name in labels] for measure in found
    ]
    values = ", ".join(cells.field(measure.output).text for measure in found)
    select = f"SELECT {row}, {label}, {values}"
    places = {name: at for at, name in enumerate(labels)}
    placed = [
        (key, titles[at][places[name]], value)
        for key, name, *measured in session.fetch(cells, select, f"ORDER BY {row} NULLS LAST")
        for at, value in enumerate(measured)
    ]
    empty = {title: 0.0 for at, measure in enumerate(found) if measure.func in COUNTS for title in titles[at]}
    return wide_table(row_name, placed, [title for several in titles for title in several], empty, session)


def functions_of(table: Relation, found: Sequence[Measure]) -> dict[str, str]:
    """The columns of a pivot and the functions that fill them."""
    names = [name for name in table.columns if name != "_time"]
    if len(found) == 1:
        return dict.fromkeys(names, found[0].func)
    width = len(names) // len(found)
    return {name: found[at // width].func for at, name in enumerate(names)}


def _title(split: Split, aggregation: str, value: str) -> str:
    return split.style.replace("$AGG$", aggregation).replace("$VAL$", value)
