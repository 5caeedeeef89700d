"""inputlookup. Search Reference: "inputlookup"."""

from __future__ import annotations

from storypack.engine.commands.combine import limited
from storypack.engine.commands.lookup import named_lookup
from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import generating
from storypack.engine.compile.resolve import resolve
from storypack.engine.compile.terms import compile_term
from storypack.engine.compile.union import unite
from storypack.engine.lookup import find_table
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@generating("inputlookup")
def inputlookup(node: tree.Inputlookup, rows: Relation | None, session: Session) -> Relation:
    """The rows of a lookup, behind the rows so far with append=t."""
    options = options_of(node.options)
    table = find_table(named_lookup(node.table), session)
    found = session.table({name: [row.get(name) for row in table.rows] for name in table.fields}, "lookup")
    term = resolve(node.where, session)
    if term is not None:
        found = found.where("where", compile_term(term, found, session))
    start = whole(options.get("start", "0"), "start")
    if start:
        found = found.stage("start", f"SELECT * FROM {found.source} {found.order_by} OFFSET {start}")
    found = limited(found, whole(options.get("max", "0"), "max"))
    if rows is not None and flag(options.get("append", "f")):
        return unite([rows, found], "inputlookup")
    return found
