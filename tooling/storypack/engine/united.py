"""The columns of a pass over several parts, side by side: each part says in its own way what a field is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from storypack.engine.compile.coerce import coerce, common_kind
from storypack.engine.relation import Column, OrderKey
from storypack.engine.session import Session
from storypack.engine.sql import Kind, Sql, identifier


@dataclass
class UnitedScan:
    """The fields asked of a pass so far, as columns of one kind over all its parts."""

    session: Session
    _columns: dict[str, Column | None] = field(default_factory=dict, kw_only=True)
    _values: dict[str, list[str]] = field(default_factory=dict, kw_only=True)

    def values_of(self, name: str) -> Sequence[Sql]:
        """The SQL of a field in each part."""
        raise NotImplementedError

    def field(self, name: str) -> Column | None:
        if name not in self._columns:
            self._columns[name] = self._united(name)
        return self._columns[name]

    def _united(self, name: str) -> Column | None:
        column, texts = united(name, self.values_of(name), self.session)
        if column is not None:
            self._values[column.ident] = texts
        return column

    def ordered_by(self, part: str, place: str) -> Sequence[OrderKey]:
        """Newest first; of one second, what stands later in a part first. `part` = the column that tells the parts
        apart; empty where the places of all are different."""
        time = self.field("_time")
        assert time is not None
        newest = OrderKey(identifier(time.ident), descending=True)
        last = OrderKey(place, descending=True, place=True)
        return (newest, OrderKey(part), last) if part else (newest, last)


def united(name: str, values: Sequence[Sql], session: Session) -> tuple[Column | None, list[str]]:
    """A column that holds a field of each part, and its SQL in each; no column if none can have the field."""
    if all(value.kind is Kind.NULL for value in values):
        return None, []
    kind = common_kind([value.kind for value in values])
    texts = [coerce(value, kind) if value.kind is not Kind.NULL else f"CAST(NULL AS {kind.duckdb})" for value in values]
    return Column(session.names.new(name), kind), texts
