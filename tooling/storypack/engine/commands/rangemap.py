"""rangemap. Search Reference: "rangemap"."""

from __future__ import annotations

import re

from storypack.engine.commands.options import options_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number, quote
from storypack.spl import tree


@command("rangemap")
def rangemap(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The names of the ranges in which a number lies, in `range`; `default` (None) where in none."""
    options = options_of(node.options)
    name = options.pop("field", "")
    if not name:
        raise SearchError("rangemap needs field=")
    default = options.pop("default", "None")
    number = as_number(rows.field(name))
    cases = []
    for label, text in options.items():
        found = re.fullmatch(r"(-?[0-9.]+)-(-?[0-9.]+)", text)
        if not found:
            raise SearchError(f"rangemap: `{text}` is not a range like 0-10")
        low, high = float(found[1]), float(found[2])
        cases.append(f"CASE WHEN {number} BETWEEN {low!r} AND {high!r} THEN {quote(label)} END")
    if not cases:
        raise SearchError("rangemap needs a range, such as low=0-10")
    matched = f"list_filter([{', '.join(cases)}], lambda v_: v_ IS NOT NULL)"
    return rows.extend(
        "rangemap",
        {"range": Sql(f"CASE WHEN len({matched}) > 0 THEN {matched} ELSE [{quote(default)}] END", Kind.MULTI)},
    )
