"""return. Search Reference: "return"."""

from __future__ import annotations

from typing import Any

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.registry import command
from storypack.engine.compile.subsearch import quoted, subsearch_rows
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.values import to_text
from storypack.spl import tree


@command("return")
def return_(node: tree.Return, rows: Relation, session: Session) -> Relation:
    """One row whose field `search` holds values of the first rows (1): `(a="1") OR (a="2")`, `$a` the value alone."""
    names = [item.field.name for item in node.items]
    rows = rows.keep(chosen(names, rows))
    count = 1 if node.count is None else node.count
    found = subsearch_rows(rows, session, count) if count else []
    texts = [text for row in found if (text := _row(node, row))]
    several = len(node.items) > 1 or len(texts) > 1
    if all(item.value_only for item in node.items):
        text = f"({') OR ('.join(texts)})" if len(texts) > 1 else "".join(texts)
    elif several:
        text = " OR ".join(f"({one})" for one in texts)
    else:
        text = "".join(texts)
    return session.table({"search": [text or "NOT( )"]}, "return")


def _row(node: tree.Return, row: dict[str, Any]) -> str:
    parts = []
    for item in node.items:
        value = row.get(item.field.name)
        if value is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            text = to_text(one)
            parts.append(text if item.value_only else f"{item.alias or item.field.name}={quoted(text)}")
    return " ".join(parts)
