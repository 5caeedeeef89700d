"""replace. Search Reference: "replace"."""

from __future__ import annotations

import re

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_text, quote
from storypack.spl import tree


@command("replace")
def replace(node: tree.Replace, rows: Relation, session: Session) -> Relation:
    """Whole values by others, in the named fields or in all; stars in both sides correspond."""
    if node.fields:
        names = chosen([field.name for field in node.fields], rows)
    else:
        rows = rows.closed()
        names = [name for name in rows.columns if not name.startswith("_")]
    values = {}
    for name in names:
        field = rows.field(name)
        if field.kind is Kind.MULTI:
            values[name] = Sql(f"list_transform({field.text}, lambda v_: {_replaced('v_', node)})", Kind.MULTI)
        elif field.kind is not Kind.NULL:
            values[name] = Sql(_replaced(as_text(field), node), Kind.STRING)
    return rows.extend("replace", values)


def _replaced(text: str, node: tree.Replace) -> str:
    """The first pair whose pattern is the whole value decides."""
    cases = []
    for old, new in node.pairs:
        pieces = old.text.split("*")
        if len(pieces) == 1:
            cases.append(f"WHEN {text} = {quote(old.text)} THEN {quote(new.text)}")
            continue
        regex = "^(?s)" + "(.*)".join(re.escape(piece) for piece in pieces) + "$"
        number = 0
        target = ""
        for piece in re.split(r"(\*)", new.text.replace("\\", "\\\\")):
            number += piece == "*"
            target += f"\\{number}" if piece == "*" else piece
        cases.append(
            f"WHEN regexp_matches({text}, {quote(regex)}) THEN regexp_replace({text}, {quote(regex)}, {quote(target)})"
        )
    return f"CASE {' '.join(cases)} ELSE {text} END"
