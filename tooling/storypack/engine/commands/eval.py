"""eval: fields from expressions (Search Reference: eval)."""

from __future__ import annotations

import re

from storypack.engine.commands.registry import command
from storypack.engine.commands.wide import check_width
from storypack.engine.compile.coerce import unify
from storypack.engine.compile.expressions import compile_value
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree

_BRACED = re.compile(r"\{([^{}]+)\}")


@command("eval")
def eval_(node: tree.Eval, rows: Relation, session: Session) -> Relation:
    """Assignments from left to right, each seeing those before it."""
    for assignment in node.assignments:
        if isinstance(assignment, tree.MacroCall):
            raise SearchError(f"macro `{assignment.name}` is not defined")
        name = assignment.target.name
        value = compile_value(assignment.value, rows, session)
        if _BRACED.search(name):
            rows = _dynamic(name, value, rows, session)
        else:
            rows = rows.extend("eval", {name: value})
    return rows


def _dynamic(name: str, value: Sql, rows: Relation, session: Session) -> Relation:
    """`eval {field}=value`: a field for each value that `field` has."""
    parts = _BRACED.split(name)
    pieces = [as_text(rows.field(part)) if at % 2 else quote(part) for at, part in enumerate(parts)]
    target = Sql(f"({' || '.join(pieces)})", Kind.STRING)
    rows = session.materialise(rows.closed().extend("eval", {"__target": target, "__value": value}))
    target, value = rows.field("__target"), rows.field("__value")
    names = session.fetch(rows, f"SELECT DISTINCT {target.text} AS name", "ORDER BY name")
    check_width(len(names), "eval", "use a field with fewer values in the braces")
    fields: dict[str, Sql] = {}
    for (found,) in names:
        if found:
            old = rows.field(found)
            fields[found] = _chosen(f"{target.text} = {quote(found)}", value, old)
    return rows.extend("eval", fields).drop(lambda field: field in ("__target", "__value"))


def _chosen(condition: str, value: Sql, other: Sql) -> Sql:
    kind, (a, b) = unify([value, other])
    return Sql(f"CASE WHEN {condition} THEN {a} ELSE {b} END", kind)
