"""uniq. Search Reference: "uniq"."""

from __future__ import annotations

from storypack.engine.commands.registry import command
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.spl import tree


@command("uniq")
def uniq(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """The rows without those that are in every field like the row before (Search Reference: uniq)."""
    rows = session.materialise(rows)
    rows, place = rows.numbered()
    window = f"OVER (ORDER BY {place})"
    differs = [
        f"lag({column.sql.text}) {window} IS DISTINCT FROM {column.sql.text}" for column in rows.columns.values()
    ]
    if not differs:
        return rows.where("uniq", f"{place} = 1")
    return rows.stage("uniq", f"SELECT * FROM {rows.source} QUALIFY {' OR '.join([f'{place} = 1', *differs])}")
