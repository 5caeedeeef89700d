"""dedup. Search Reference: "dedup"."""

from __future__ import annotations

from storypack.engine.commands.fields import chosen, field_names
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.sort import sort_keys
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, identifier
from storypack.spl import tree


@command("dedup")
def dedup(node: tree.Dedup, rows: Relation, session: Session) -> Relation:
    """The first rows of each combination of values; rows where a field is null go, unless keepempty=t."""
    options = options_of(node.options)
    names = chosen(field_names(node.fields), rows)
    values = [rows.field(name) for name in names]
    if not names:  # a wildcard that no field fits: every row lacks it
        return rows if flag(options.get("keepempty", "f")) else rows.where("dedup", "FALSE")
    if node.sortby:
        rows = rows.stage(
            "sort", f"SELECT * FROM {rows.source}", order=(*sort_keys(node.sortby, rows, reverse=False), *rows.order)
        )
    keys = [as_text(value) if value.kind is not Kind.NUMBER else value.text for value in values]
    present = " AND ".join(f"{value.text} IS NOT NULL" for value in values)
    partition = f"PARTITION BY {', '.join(keys)}"
    if flag(options.get("consecutive", "f")):
        rows, partition = _runs(keys, rows)
    first = f"row_number() OVER ({partition} {rows.order_by}) <= {node.count}"
    keepempty = flag(options.get("keepempty", "f"))
    if flag(options.get("keepevents", "f")):
        blank = {
            name: Sql(f"CASE WHEN {first} THEN {value.text} END", value.kind)
            for name, value in zip(names, values, strict=True)
        }
        return rows.extend("dedup", {name: value for name, value in blank.items() if value.kind is not Kind.NULL})
    stays = f"({first} OR NOT ({present}))" if keepempty else f"({present}) AND {first}"
    return rows.stage("dedup", f"SELECT * FROM {rows.source} QUALIFY {stays}")


def _runs(keys: list[str], rows: Relation) -> tuple[Relation, str]:
    """A partition for each run of equal values."""
    rows, place = rows.numbered()
    run, changed = identifier(rows.names.new("__run")), identifier(rows.names.new("__changed"))
    window = f"OVER (ORDER BY {place})"
    differs = " OR ".join(f"lag({key}) {window} IS DISTINCT FROM {key}" for key in keys)
    rows = rows.stage("runs", f"SELECT *, CAST({differs} AS INTEGER) AS {changed} FROM {rows.source}")
    rows = rows.stage("runs", f"SELECT *, sum({changed}) {window} AS {run} FROM {rows.source}")
    return rows, f"PARTITION BY {run}"
