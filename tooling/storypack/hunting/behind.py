"""The events behind the rows of a search: those of its prefix that lie in a row's range of time and hold the values by
which the search grouped them. Of all rows of a search together, since a statement for each would take far longer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from storypack.engine.values import to_multi
from storypack.hunting.prefix import MOST_EVENTS, Prefix

_ROWS = 1_000
"""Rows of one statement."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A row, and the time (epoch seconds, from `earliest` on, before `latest`; None = open) in which its events lie."""

    row: Mapping[str, object]
    earliest: float | None
    latest: float | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The first events behind a row (their numbers, in order of time), how many there are, and the time they span."""

    numbers: tuple[int, ...] = ()
    count: int = 0
    span: tuple[float, float] | None = None


def events_behind(prefix: Prefix, asked: Sequence[Asked]) -> list[Behind]:
    """The events behind each row. A value that no event holds, since the search made it, does not narrow them."""
    cursor = prefix.candidates.root.cursor()
    try:
        parts = (asked[at : at + _ROWS] for at in range(0, len(asked), _ROWS))
        return [each for some in parts for each in _some(cursor, prefix, some)]
    finally:
        cursor.close()


def _some(cursor: duckdb.DuckDBPyConnection, prefix: Prefix, asked: Sequence[Asked]) -> Iterator[Behind]:
    _write_asked(cursor, prefix, asked)
    cursor.execute("CREATE OR REPLACE TEMP TABLE behind (n BIGINT, place BIGINT)").fetchall()
    for column in prefix.keys.values():
        _narrow(cursor, prefix.table, column)
    # Rows of which no value narrows the events have all events of their time.
    cursor.execute(
        f"INSERT INTO behind SELECT n, e.rowid FROM asked JOIN {prefix.table} e ON {_WITHIN} "
        "WHERE n NOT IN (SELECT n FROM behind)"
    ).fetchall()
    rows = cursor.execute(
        f"SELECT n, count(*), min(moment), max(moment), list(ev ORDER BY moment, ev)[:{MOST_EVENTS}] FROM "
        f"(SELECT DISTINCT n, ev, moment FROM behind JOIN {prefix.table} e ON e.rowid = place) GROUP BY n"
    ).fetchall()
    found = {
        n: Behind(tuple(numbers), count, None if first is None else (first, last))
        for n, count, first, last, numbers in rows
    }
    yield from (found.get(n, Behind()) for n in range(len(asked)))


_WITHIN = "(low IS NULL OR moment >= low) AND (high IS NULL OR moment < high)"


def _write_asked(cursor: duckdb.DuckDBPyConnection, prefix: Prefix, asked: Sequence[Asked]) -> None:
    """The table of what is asked: number, range, and the values under each key."""
    columns = ["unnest(range(?::BIGINT)) AS n", "unnest(?::DOUBLE[]) AS low", "unnest(?::DOUBLE[]) AS high"]
    columns += [f"unnest(?::VARCHAR[][]) AS {column}" for column in prefix.keys.values()]
    values = [[to_multi(each.row.get(name)) or [] for each in asked] for name in prefix.keys]
    low, high = (
        [_finite(time) for time in side] for side in zip(*((a.earliest, a.latest) for a in asked), strict=True)
    )
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE asked AS SELECT {', '.join(columns)}", [len(asked), low, high, *values]
    ).fetchall()


def _finite(time: float | None) -> float | None:
    return time if time is not None and math.isfinite(time) else None


def _narrow(cursor: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Narrow the events of each row to those that hold one of its values under a key, where there are any."""
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE narrowed AS
        SELECT n, place FROM behind JOIN asked USING (n) JOIN {table} e ON e.rowid = place
        WHERE list_has_any(e.{column}, asked.{column})
        UNION ALL
        SELECT DISTINCT n, place FROM (
            SELECT n, low, high, unnest({column}) AS value FROM asked WHERE n NOT IN (SELECT n FROM behind)
        ) JOIN (SELECT rowid AS place, moment, unnest({column}) AS value FROM {table}) USING (value) WHERE {_WITHIN}
        """
    ).fetchall()
    cursor.execute(
        "INSERT INTO narrowed SELECT n, place FROM behind WHERE n NOT IN (SELECT n FROM narrowed)"
    ).fetchall()
    cursor.execute("CREATE OR REPLACE TEMP TABLE behind AS FROM narrowed").fetchall()
