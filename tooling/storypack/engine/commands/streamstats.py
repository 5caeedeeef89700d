"""streamstats. Search Reference: "streamstats"."""

from __future__ import annotations

from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.commands.stats import aggregate_sql, measures, where_present
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.spans import parse_span
from storypack.engine.sql import Sql, as_number, as_text, identifier
from storypack.engine.text import parse_condition
from storypack.spl import tree


@command("streamstats", without_effect="allnum")
def streamstats(node: tree.Stats, rows: Relation, session: Session) -> Relation:
    """Aggregates over the rows up to each row; `window` rows at most, all together or (global=f) of each group."""
    options = options_of(node.options)
    keys = [rows.field(field.name) for field in node.by]
    found = measures(node.aggregations, rows, session)
    rows, place = rows.numbered()
    partition = [as_text(key) for key in keys]
    rows, run = _runs(options, keys, rows, place, session)
    if run:
        partition.append(run)
    clock = ""
    if "time_window" in options:
        rows, clock = _clock(rows, place)
    over = f"OVER ({_partition(partition)}{_frame(options, keys, place, clock)})"
    present = " AND ".join(f"{key.text} IS NOT NULL" for key in keys)
    values = {}
    for measure in found:
        value = aggregate_sql(measure, rows, place, session, over=over)
        text = f"coalesce({value.text}, 0)" if measure.func in ("count", "c", "dc", "distinct_count") else value.text
        values[measure.output] = where_present(present, measure.output, Sql(text, value.kind), rows)
    return rows.extend("streamstats", values)


def _partition(keys: list[str]) -> str:
    return f"PARTITION BY {', '.join(keys)} " if keys else ""


_TICK = 10**7
"""More than the rows that can have one microsecond; places within it are told apart."""


def _clock(rows: Relation, place: str) -> tuple[Relation, str]:
    """A whole number that grows from row to row as time goes on or back: microseconds, and below these the place."""
    time = f"({as_number(rows.field('_time'))})"
    clock = identifier(rows.names.new("__clock"))
    back = f"arg_max({time}, {place}) OVER () < arg_min({time}, {place}) OVER ()"
    ticks = f"TRY_CAST(round({time} * 1e6) AS HUGEINT) * {_TICK} * CASE WHEN {back} THEN -1 ELSE 1 END"
    return rows.stage("clock", f"SELECT *, {ticks} + CAST({place} AS HUGEINT) AS {clock} FROM {rows.source}"), clock


def _frame(options: dict[str, str], keys: list[Sql], place: str, clock: str) -> str:
    """ORDER BY and the frame of a window."""
    current = flag(options.get("current", "t"))
    if clock:
        width = round(parse_span(options["time_window"]).seconds * 1e6) * _TICK + _TICK - 1
        frame = f"ORDER BY {clock} RANGE BETWEEN CAST({width} AS HUGEINT) PRECEDING AND CURRENT ROW"
        return frame if current else f"{frame} EXCLUDE CURRENT ROW"
    window = whole(options.get("window", "0"), "window")
    end = "CURRENT ROW" if current else "1 PRECEDING"
    if not window:
        return f"ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND {end}"
    start = window - 1 if current else window
    # a window over all groups is a range of places, of which a group only sees its own rows
    over_all = bool(keys) and flag(options.get("global", "t"))
    return f"ORDER BY {place} {'RANGE' if over_all else 'ROWS'} BETWEEN {start} PRECEDING AND {end}"


def _runs(
    options: dict[str, str], keys: list[Sql], rows: Relation, place: str, session: Session
) -> tuple[Relation, str]:
    """A column that counts the resets before each row, where the command resets at all."""
    resets = []
    window = f"OVER (ORDER BY {place})"
    if flag(options.get("reset_on_change", "f")) and keys:
        resets += [f"lag({as_text(key)}) {window} IS DISTINCT FROM {as_text(key)}" for key in keys]
    if "reset_before" in options:
        condition = compile_condition(parse_condition(options["reset_before"]), rows, session)
        resets.append(f"coalesce({condition}, FALSE)")
    if "reset_after" in options:
        condition = compile_condition(parse_condition(options["reset_after"]), rows, session)
        resets.append(f"coalesce(lag(coalesce({condition}, FALSE)) {window}, FALSE)")
    if not resets:
        return rows, ""
    reset, run = identifier(rows.names.new("__reset")), identifier(rows.names.new("__run"))
    rows = rows.stage("resets", f"SELECT *, CAST({' OR '.join(resets)} AS INTEGER) AS {reset} FROM {rows.source}")
    return rows.stage("resets", f"SELECT *, sum({reset}) {window} AS {run} FROM {rows.source}"), run
