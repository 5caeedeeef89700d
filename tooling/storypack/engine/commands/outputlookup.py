"""outputlookup. Search Reference: "outputlookup"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.lookup import named_lookup
from storypack.engine.commands.options import flag, options_of
from storypack.engine.commands.registry import command
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import LookupChanged, Session
from storypack.engine.source import LookupTable
from storypack.engine.sql import identifier
from storypack.engine.values import from_column, to_text
from storypack.spl import tree


def _cell(value: Any) -> Any:
    """A value as a lookup file holds it: several values are one text, with blanks between them."""
    found = from_column(value)
    return " ".join(found) if isinstance(found, list) else found


def _key(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    return None if value is None else to_text(value)


@command("outputlookup")
def outputlookup(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows written to a lookup, for the rest of this run only; they go on unchanged."""
    options = options_of(node.options)
    names = [named_lookup(word) for word in node.words]
    if len(names) != 1:
        raise SearchError("outputlookup takes one lookup")
    session.warn(LookupChanged(f"outputlookup: `{names[0]}` is changed within this search only"))
    rows = session.materialise(rows)
    shown = {name: column for name, column in rows.columns.items() if not name.startswith("_")}
    select = "SELECT " + (", ".join(identifier(column.ident) for column in shown.values()) or "NULL")
    found: list[dict[str, Any]] = [
        {name: _cell(value) for name, value in zip(shown, row, strict=False)}
        for row in session.fetch(rows, select, rows.order_by)
    ]
    if not found and not flag(options.get("override_if_empty", "t")):
        return rows
    old = session.lookup(names[0])
    key = options.get("key_field", "")
    appends = old is not None and flag(options.get("append", "t" if key else "f"))
    kept = list(old.rows) if old and appends else []
    if key:
        replaced = {_key(row, key) for row in found}
        kept = [row for row in kept if _key(row, key) not in replaced]
    # what is appended to a table has the table's fields
    fields = old.fields if old and appends and old.fields else tuple(shown)
    found = [{name: row.get(name) for name in fields} for row in found]
    session.written[names[0]] = LookupTable(
        names[0],
        fields,
        [*kept, *found],
        old.match_types if old else {},
        case_sensitive=old.case_sensitive if old else True,
    )
    return rows
