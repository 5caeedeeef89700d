"""A source of events given as dictionaries: nothing is extracted, a field is there or it is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from storypack.engine.relation import Column, OrderKey
from storypack.engine.session import Session
from storypack.engine.source import LookupTable, ModelDataset, ScanRequest
from storypack.engine.sql import as_number


class DictSource:
    """Events in the order in which a search returns them, and lookups by name."""

    root = None

    def __init__(self, events: Sequence[Mapping[str, Any]], lookups: Mapping[str, LookupTable] | None = None) -> None:
        names = dict.fromkeys(name for event in events for name in event)
        self._fields = {name: [event.get(name) for event in events] for name in names}
        self._count = len(events)
        self._lookups = lookups or {}

    def scan(self, request: ScanRequest, session: Session) -> DictScan:
        """A pass over the events that lie within the time range."""
        return DictScan(self._fields, self._count, request, session)

    def is_settled(self, now: float) -> bool:
        return True

    def lookup(self, name: str) -> LookupTable | None:
        return self._lookups.get(name) or self._lookups.get(name.removesuffix(".csv"))

    def datamodel(self, name: str) -> ModelDataset | None:
        return None

    def saved_search(self, name: str) -> str | None:
        return None


class DictScan:
    """One pass: the fields are put into a temporary table."""

    def __init__(self, fields: Mapping[str, Sequence[Any]], count: int, request: ScanRequest, session: Session) -> None:
        rows = session.table(fields or {"_time": [None] * count}, "events")
        self._columns = rows.columns
        self._order = rows.order
        self._sql = rows.ctes[0].render()
        limits = []
        time = rows.field("_time")
        if request.earliest is not None:
            limits.append(f"{as_number(time)} >= {request.earliest!r}")
        if request.latest is not None:
            limits.append(f"{as_number(time)} < {request.latest!r}")
        if limits:
            self._sql += f" WHERE {' AND '.join(limits)}"

    @property
    def order(self) -> Sequence[OrderKey]:
        return self._order

    def field(self, name: str) -> Column | None:
        return self._columns.get(name)

    def names(self, rows: str) -> Sequence[str]:
        return list(self._columns)

    def sql(self, named: str | None = None) -> str:
        return self._sql
