"""Fields are asked of a source only when a search names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from storypack.engine import search
from storypack.engine.memory import DictSource
from storypack.engine.relation import Column, OrderKey
from storypack.engine.session import Session
from storypack.engine.source import Scan, ScanRequest

EVENTS = [{"_time": 30, "a": 1, "b": "x", "c": ["p", "q"]}, {"_time": 20, "a": 2, "b": "y"}, {"_time": 10, "a": 3}]


@dataclass
class Watched:
    """A scan that notes what it is asked."""

    scan: Scan
    asked: set[str] = field(default_factory=set)
    listed: int = 0

    @property
    def order(self) -> Sequence[OrderKey]:
        return self.scan.order

    def field(self, name: str) -> Column | None:
        self.asked.add(name)
        return self.scan.field(name)

    def names(self, rows: str) -> Sequence[str]:
        self.listed += 1
        return self.scan.names(rows)

    def sql(self, named: str | None = None) -> str:
        return self.scan.sql(named)


class WatchedSource(DictSource):
    def __init__(self) -> None:
        super().__init__(EVENTS)
        self.scans: list[Watched] = []

    def scan(self, request: ScanRequest, session: Session) -> Watched:  # type: ignore[override]
        self.scans.append(Watched(super().scan(request, session)))
        return self.scans[-1]


@pytest.mark.parametrize(
    ("spl", "asked"),
    [
        ("search a>1 | stats count by b", {"a", "b"}),
        ("search a>1 | eval d=b | fields - b | stats count by d, b", {"a", "b"}),
        ("search a>1 | append [ search a=1 ] | stats count by b", {"a", "b"}),
        ("search a>1 | join a [ search a=2 ] | stats count by b", {"a", "b"}),
        ("search a>1 | mvexpand c | stats count by c", {"a", "c"}),
        # n too: an event without b keeps its own
        ("search a>1 | eventstats count as n by b | where n>1 | stats count", {"a", "b", "n"}),
        ("search a>1 | eventstats count as n | where n>1 | stats count", {"a"}),
    ],
)
def test_only_named_fields_are_asked_for(spl: str, asked: set[str]) -> None:
    source = WatchedSource()
    search(spl, source)
    assert set().union(*(scan.asked for scan in source.scans)) == asked
    assert all(scan.listed == 0 for scan in source.scans)


def test_all_fields_are_listed_where_a_star_needs_them() -> None:
    source = WatchedSource()
    result = search("search a>1 | table *", source)
    assert source.scans[0].listed == 1
    assert result.rows == [{"a": 2, "b": "y"}, {"a": 3}]


def test_a_time_range_goes_to_the_source_and_modifiers_override_it() -> None:
    source = DictSource(EVENTS)
    assert len(search("search a=*", source, earliest=20).rows) == 2
    assert len(search("search a=* earliest=1", source, earliest=30).rows) == 3
    assert [row["a"] for row in search("search a=*", source, earliest=10, latest=30).rows] == [2, 3]


def test_sorting_is_left_to_the_end() -> None:
    sql = search("search a>1 | stats count by b", DictSource(EVENTS)).sql
    assert sql.count("ORDER BY") == 1
