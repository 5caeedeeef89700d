"""transpose. Search Reference: "transpose"."""

from __future__ import annotations

from typing import Any

from storypack.engine.commands.options import flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.commands.wide import check_width
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import identifier
from storypack.engine.values import from_column, to_text
from storypack.spl import tree


@command("transpose")
def transpose(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """Rows (the first 5) become columns named `row 1` ... or by the values of `header_field`."""
    options = options_of(node.options)
    words = words_of(node.words)
    limit = whole(words[0] if words else options.get("int", "5"), "the number of rows")
    header = options.get("header_field", "")
    rows = rows.closed()
    shown = {name: column for name, column in rows.columns.items() if not name.startswith("_") or name == "_time"}
    select = "SELECT " + (", ".join(identifier(column.ident) for column in shown.values()) or "NULL")
    found = session.fetch(rows, select, f"{rows.order_by}" + (f" LIMIT {limit}" if limit else ""))
    check_width(len(found), "transpose", "write a smaller number of rows")
    titles = [f"row {at + 1}" for at in range(len(found))]
    if header:
        at = list(shown).index(header) if header in shown else -1
        if at < 0:
            raise SearchError(f"transpose: there is no field `{header}`")
        titles = [
            to_text(from_column(row[at])) if row[at] is not None else f"row {n + 1}" for n, row in enumerate(found)
        ]
    names = [name for name in shown if name != header]
    table: dict[str, list[Any]] = {options.get("column_name", "column"): list(names)}
    positions = [list(shown).index(name) for name in names]
    for title, row in zip(titles, found, strict=True):
        table[title] = [from_column(row[at]) for at in positions]
    if not flag(options.get("include_empty", "t")):
        kept = [n for n in range(len(names)) if any(table[title][n] is not None for title in titles)]
        table = {title: [cells[n] for n in kept] for title, cells in table.items()}
    return session.table(table, "transpose")
