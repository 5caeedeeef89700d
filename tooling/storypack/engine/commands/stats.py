"""stats, eventstats, streamstats (Search Reference: stats, eventstats, streamstats)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from storypack.engine.aggregations import (
    AggregationContext,
    AggregationError,
    AggregationNotSupported,
    aggregate,
    is_aggregation,
)
from storypack.engine.aggregations.order import LIST_LIMIT
from storypack.engine.commands.bin import binned
from storypack.engine.commands.names import matching, star_name
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.coerce import unify
from storypack.engine.compile.expressions import compile_expr
from storypack.engine.cuts import cut_sql
from storypack.engine.errors import NotSupported, SearchError
from storypack.engine.relation import Column, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, as_text, identifier
from storypack.spl import tree

_MANY = 16
_LIST_CUT = f"list: more than {LIST_LIMIT} values, the rest is left out, as in Splunk"
_TIMED = frozenset({"earliest", "latest", "rate", "earliest_time", "latest_time"})
_ORDERED = frozenset({"first", "last", "list"}) | _TIMED


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregation ready to be put into SQL: its output field, function, and argument (`field` if it is one).

    `eval(avg(a) / max(b))` is an `expression` over `parts`, whose outputs stand for fields in it."""

    output: str
    func: str
    arg: Sql | None
    field: str = ""
    parts: tuple[Measure, ...] = ()
    expression: tree.Expr | None = None


def measures(
    aggregations: Sequence[tree.Aggregation | tree.MacroCall],
    rows: Relation,
    session: Session,
    by: Sequence[str] = (),
) -> list[Measure]:
    """The aggregations of a command, wildcards (`max(*) as max_*`) written out for all fields but those of `by`."""
    found: list[Measure] = []
    for aggregation in aggregations:
        if isinstance(aggregation, tree.MacroCall):
            raise SearchError(f"macro `{aggregation.name}` is not defined")
        if aggregation.func == "eval" and aggregation.arg is not None:
            found.append(_calculated(aggregation.output, aggregation.arg, rows, session))
        elif isinstance(aggregation.arg, tree.Field) and "*" in aggregation.arg.name:
            found += [one for one in _spread(aggregation, rows) if one.field not in by]
        else:
            arg = None if aggregation.arg is None else compile_expr(aggregation.arg, rows, session)
            found.append(Measure(aggregation.output, aggregation.func, arg))
    return found


def _spread(aggregation: tree.Aggregation, rows: Relation) -> list[Measure]:
    assert isinstance(aggregation.arg, tree.Field)
    pattern = aggregation.arg.name
    found = []
    for name in matching(pattern, rows.all_names()):
        alias = aggregation.alias
        output = star_name(pattern, alias.name, name) if alias else f"{aggregation.func}({name})"
        found.append(Measure(output, aggregation.func, rows.field(name), name))
    return found


def _calculated(output: str, expression: tree.Expr, rows: Relation, session: Session) -> Measure:
    """A measure calculated from aggregations, as chart and timechart allow: `eval(avg(a) / max(b))`."""
    parts: list[Measure] = []

    def without_calls(expr: tree.Expr) -> tree.Expr:
        match expr:
            case tree.Call(name, (argument,)) if is_aggregation(name):
                part = Measure(f"__part{len(parts)}", name, compile_expr(argument, rows, session))
                parts.append(part)
                return tree.Field(part.output)
            case tree.Call(name, args):
                return tree.Call(name, tuple(map(without_calls, args)))
            case tree.Unary(op, operand):
                return tree.Unary(op, without_calls(operand))
            case tree.Binary(op, left, right):
                return tree.Binary(op, without_calls(left), without_calls(right))
            case tree.Field(name):
                raise SearchError(f"`{output}`: the field `{name}` must stand within an aggregation, as `avg({name})`")
            case _:
                return expr

    rest = without_calls(expression)
    return Measure(output, "eval", None, parts=tuple(parts), expression=rest)


def aggregate_sql(
    measure: Measure,
    rows: Relation,
    order: str,
    session: Session,
    *,
    over: str = "",
    context: AggregationContext | None = None,
) -> Sql:
    """SQL of a measure over rows whose place is in the column `order`."""
    if measure.expression is not None:
        known = {
            part.output: aggregate_sql(part, rows, order, session, over=over, context=context) for part in measure.parts
        }
        return compile_expr(measure.expression, rows, session, known)
    time = as_number(rows.field("_time")) if measure.func in _ORDERED else "0"
    if measure.func == "list":
        context = replace(context or AggregationContext(), cut=cut_sql(session, _LIST_CUT))
    try:
        return aggregate(measure.func, measure.arg, order=order, time=time, over=over, context=context)
    except AggregationNotSupported as error:
        raise NotSupported("aggregation", measure.func, error.why) from error
    except AggregationError as error:
        raise SearchError(error.message) from error


def placed(rows: Relation, found: Sequence[Measure]) -> tuple[Relation, str]:
    """The rows, and the SQL of their place where a measure needs it.

    Numbering rows means sorting them, so it is avoided: what follows `_time` needs the place only among events of the
    same time.
    """
    needed = {one.func for measure in found for one in (measure, *measure.parts)} & _ORDERED
    if not needed:
        return rows, "0"
    known = rows.tie if needed <= _TIMED else rows.position
    return (rows, known) if known else rows.numbered()


def by_columns(
    by: Sequence[tree.Field | tree.MacroCall], rows: Relation, *, distinct: bool = False
) -> tuple[Relation, list[str]]:
    """The rows split by multivalue fields of a by-clause (`distinct`: once for equal values), and its fields' names."""
    names = [field.name for field in by]
    for name in dict.fromkeys(names):
        value = rows.field(name)
        if value.kind is Kind.MULTI:
            values = f"list_distinct({value.text})" if distinct else value.text
            rows = rows.extend("split", {name: Sql(f"unnest({values})", Kind.STRING)})
    return rows, list(dict.fromkeys(names))


@command("stats", without_effect="allnum")
def stats(node: tree.Stats, rows: Relation, session: Session) -> Relation:
    """One row for each combination of by-values, in their order; without `by` one row."""
    options = options_of(node.options)
    if "span" in options:
        rows = _spans(node, options["span"], rows, session)
    rows, by = by_columns(node.by, rows, distinct=flag(options.get("dedup_splitvals", "f")))
    table = grouped(rows, by, measures(node.aggregations, rows, session, by), "stats", session)
    return _delimited(table, node, options.get("delim", " "))


def _spans(node: tree.Stats, span: str, rows: Relation, session: Session) -> Relation:
    """The rows with `_time` cut into spans, as `stats ... by _time span=1h` asks."""
    if not any(field.name == "_time" for field in node.by):
        raise SearchError("stats: span= needs `by _time`")
    rows, time = binned("_time", {"span": span}, rows, session)
    return rows.extend("bin", {"_time": time})


def _delimited(rows: Relation, node: tree.Stats, delimiter: str) -> Relation:
    """The values of list and values, joined by the delimiter should `nomv` follow."""
    for one in node.aggregations:
        if isinstance(one, tree.Aggregation) and one.func in ("list", "values") and one.output in rows.columns:
            rows.columns[one.output] = replace(rows.columns[one.output], delimiter=delimiter)
    return rows


def grouped(
    rows: Relation,
    by: Sequence[str],
    found: Sequence[Measure],
    label: str,
    session: Session,
    context: AggregationContext | None = None,
) -> Relation:
    """The rows aggregated by fields (none of them multivalue); rows where one of these is null are left out."""
    keys = [rows.field(name) for name in by]
    rows, order = placed(rows, found)
    if len(found) > _MANY or session.runs > 1:
        context = replace(context or AggregationContext(), many=True)
    columns: dict[str, Column] = {}
    selects = []
    for name, key in zip(by, keys, strict=True):
        kind = Kind.NUMBER if key.kind is Kind.NUMBER else Kind.STRING
        columns[name] = Column(rows.names.new(name), kind)
        selects.append(f"{key.text} AS {identifier(columns[name].ident)}")
    for measure in found:
        value = aggregate_sql(measure, rows, order, session, context=context)
        columns[measure.output] = Column(rows.names.new(measure.output), value.kind)
        selects.append(f"{value.text} AS {identifier(columns[measure.output].ident)}")
    text = f"SELECT {', '.join(selects) or 'NULL'} FROM {rows.source}"
    if not selects:
        text += " WHERE FALSE"
    if by:
        present = " AND ".join(f"{key.text} IS NOT NULL" for key in keys)
        text += f" WHERE {present} GROUP BY {', '.join(str(at + 1) for at in range(len(by)))}"
    sorted_by = tuple(OrderKey(identifier(columns[name].ident)) for name in by)
    return rows.stage(label, text, columns=columns, order=sorted_by, closes=True)


@command("eventstats", without_effect="allnum")
def eventstats(node: tree.Stats, rows: Relation, session: Session) -> Relation:
    """The aggregates of its group beside each event; an event without a by-field stays, without aggregates."""
    by = [rows.field(field.name) for field in node.by]
    found = measures(node.aggregations, rows, session)
    rows, order = placed(rows, found)
    over = f"OVER (PARTITION BY {', '.join(as_text(key) for key in by)})" if by else "OVER ()"
    present = " AND ".join(f"{key.text} IS NOT NULL" for key in by)
    values = {}
    for measure in found:
        value = aggregate_sql(measure, rows, order, session, over=over)
        values[measure.output] = where_present(present, measure.output, value, rows)
    return rows.extend("eventstats", values)


def where_present(present: str, name: str, value: Sql, rows: Relation) -> Sql:
    """The value, where the condition `present` (empty: always) holds; elsewhere the field stays as it is."""
    if not present:
        return value
    old = rows.find(name)
    if old is None:
        return Sql(f"CASE WHEN {present} THEN {value.text} END", value.kind)
    kind, (new, before) = unify([value, old.sql])
    return Sql(f"CASE WHEN {present} THEN {new} ELSE {before} END", kind)
