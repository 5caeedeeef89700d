"""addtotals. Search Reference: "addtotals"."""

from __future__ import annotations

from typing import Any

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import flag, options_of, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.union import unite
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, as_number
from storypack.spl import tree


def summed(node: tree.Plain, rows: Relation) -> list[str]:
    words = words_of(node.words)
    names = chosen(words, rows) if words else [name for name in rows.columns if not name.startswith("_")]
    return [name for name in names if rows.field(name).kind is not Kind.NULL]


@command("addtotals")
def addtotals(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The sum of each row's numbers in `Total`; with col=t also a row of the columns' sums."""
    options = options_of(node.options)
    rows = rows.closed()
    names = summed(node, rows)
    if flag(options.get("row", "t")) and names:
        target = options.get("fieldname", "Total")
        numbers = [f"coalesce({as_number(rows.field(name))}, 0)" for name in names if name != target]
        rows = rows.extend("addtotals", {target: Sql(f"({' + '.join(numbers) or '0'})", Kind.NUMBER)})
        names = [*names, target] if target not in names else names
    return with_total_row(rows, names, options, session) if flag(options.get("col", "f")) else rows


def with_total_row(rows: Relation, names: list[str], options: dict[str, str], session: Session) -> Relation:
    rows = session.materialise(rows)
    sums = ", ".join(["count(*)", *(f"sum({as_number(rows.field(name))})" for name in names)])
    _, *found = session.fetch(rows, f"SELECT {sums}")[0]
    total: dict[str, list[Any]] = {
        name: [value] for name, value in zip(names, found, strict=False) if value is not None
    }
    label = options.get("labelfield", "")
    if label:
        total[label] = [options.get("label", "Total")]
    return unite([rows, session.table(total, "total")], "total")
