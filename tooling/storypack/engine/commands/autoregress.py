"""autoregress. Search Reference: "autoregress"."""

from __future__ import annotations

import re

from storypack.engine.commands.accum import named
from storypack.engine.commands.options import whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql
from storypack.spl import tree

_MOST_BACK = 1_000


@command("autoregress")
def autoregress(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The values of rows before beside each row: `p=1`, or a range `p=1-3`."""
    name, alias = named(words_of(node.words))
    text = node.option("p", "1")
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if not found:
        raise SearchError(f"autoregress: p must be a number or a range, not `{text}`")
    first, last = whole(found[1], "p"), whole(found[2] or found[1], "p")
    if last - first >= _MOST_BACK:
        raise SearchError(f"autoregress: more than {_MOST_BACK} rows before")
    rows, place = rows.numbered()
    field = rows.field(name)
    if field.kind is Kind.NULL:
        return rows
    values = {}
    for back in range(first, last + 1):
        target = alias if alias and first == last else f"{alias or name}_p{back}"
        values[target] = Sql(f"lag({field.text}, {back}) OVER (ORDER BY {place})", field.kind)
    return rows.extend("autoregress", values)
