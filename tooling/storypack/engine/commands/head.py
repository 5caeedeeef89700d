"""head. Search Reference: "head"."""

from __future__ import annotations

from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import command
from storypack.engine.commands.sort import SORT_LIMIT
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.cuts import without_cut
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("head")
def head(node: tree.Head, rows: Relation, session: Session) -> Relation:
    """The first rows: so many (10), or as long as a condition holds."""
    options = options_of(node.options)
    limit = node.count if node.count is not None else whole(options["limit"], "limit") if "limit" in options else None
    if node.condition is not None:
        condition = compile_condition(node.condition, rows, session)
        when_null = "TRUE" if flag(options.get("null", "f")) else "FALSE"
        rows, place = rows.numbered()
        end = "1 PRECEDING" if flag(options.get("keeplast", "f")) else "CURRENT ROW"
        over = f"OVER (ORDER BY {place} ROWS BETWEEN UNBOUNDED PRECEDING AND {end})"
        holds = f"bool_and(coalesce({condition}, {when_null})) {over}"
        rows = rows.stage("head", f"SELECT * FROM {rows.source} QUALIFY coalesce({holds}, TRUE)")
        if limit is None:
            return rows
    limit = 10 if limit is None else limit
    if limit <= SORT_LIMIT:
        rows = without_cut(rows)
    return rows.stage("head", f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {limit}")
