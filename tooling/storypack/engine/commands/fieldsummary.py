"""fieldsummary. Search Reference: "fieldsummary"."""

from __future__ import annotations

import json
from typing import Any

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Sql, as_multi
from storypack.engine.values import from_column
from storypack.spl import tree


@command("fieldsummary")
def fieldsummary(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """A row for each field: how many events and values it has, its statistics, and its most frequent values."""
    most = whole(node.option("maxvals", "100"), "maxvals")
    rows = session.materialise(rows)
    patterns = words_of(node.words)
    names = chosen(patterns, rows) if patterns else [name for name in rows.columns if not name.startswith("_")]
    found = [_summary(name, rows.field(name), most, rows, session) for name in sorted(names) if rows.find(name)]
    columns = ["field", "count", "distinct_count", "is_exact", "max", "mean", "min", "numeric_count", "stdev", "values"]
    return session.table({name: [line.get(name) for line in found] for name in columns}, "fieldsummary")


def _summary(name: str, field: Sql, most: int, rows: Relation, session: Session) -> dict[str, Any]:
    number = "spl_number(v)"
    select = (
        f"SELECT count(DISTINCT v), count({number}), max({number}), avg({number}), min({number}), "
        f"coalesce(stddev_samp({number}), CASE WHEN count({number}) > 0 THEN 0 END)"
    )
    inner = rows.stage("values", f"SELECT unnest({as_multi(field)}) AS v FROM {rows.source}")
    distinct, numeric, high, mean, low, spread = session.fetch(inner, select)[0]
    events = session.fetch(rows, f"SELECT count({field.text})")[0][0]
    frequent = session.fetch(inner, "SELECT v, count(*) AS n", f"GROUP BY v ORDER BY n DESC, v LIMIT {most}")
    return {
        "field": name,
        "count": events,
        "distinct_count": distinct,
        "is_exact": int(distinct <= most),
        "max": from_column(high),
        "mean": from_column(mean),
        "min": from_column(low),
        "numeric_count": numeric,
        "stdev": from_column(spread),
        "values": json.dumps([{"value": value, "count": n} for value, n in frequent], ensure_ascii=False),
    }
