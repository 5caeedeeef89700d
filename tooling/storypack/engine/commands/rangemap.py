"""rangemap. Search Reference: "rangemap"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, quote
from storypack.spl import tree


@command("rangemap")
def rangemap(node: tree.Rangemap, rows: Relation, session: Session) -> Relation:
    """The labels of the ranges in which a number lies, in `range`; `default` (None) where in none."""
    name = node.option("field")
    if not name:
        raise SearchError("rangemap needs field=")
    number = as_number(rows.field(name))
    cases = []
    for each in node.ranges:
        if isinstance(each, tree.MacroCall):
            raise SearchError(f"macro `{each.name}` is not defined")
        if each.bounds is None:
            raise SearchError(f"rangemap: `{each.to_spl()}` is not a range like low=0-10")
        low, high = each.bounds
        cases.append(f"CASE WHEN {number} BETWEEN {low!r} AND {high!r} THEN {quote(each.label.text)} END")
    if not cases:
        raise SearchError("rangemap needs a range, such as low=0-10")
    matched = f"list_filter([{', '.join(cases)}], lambda v_: v_ IS NOT NULL)"
    default = quote(node.option("default", "None"))
    return rows.extend(
        "rangemap",
        {"range": Sql(f"CASE WHEN len({matched}) > 0 THEN {matched} ELSE [{default}] END", Kind.MULTI)},
    )
