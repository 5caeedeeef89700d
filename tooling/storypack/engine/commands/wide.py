"""Tables with a column for each value of a field: how wide they may be, and the wide ones.

An aggregation with a condition for each column costs DuckDB time and memory by the square of the columns, so beyond a
few the cells are put into their places here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session

FEW = 64
MOST_COLUMNS = 5_000


def check_width(count: int, command: str, cure: str) -> None:
    """SearchError for a table of more than MOST_COLUMNS columns."""
    if count > MOST_COLUMNS:
        raise SearchError(f"{command}: the table has {count:,} columns, and {MOST_COLUMNS:,} are the most; {cure}")


def wide_table(
    row_name: str,
    cells: Iterable[tuple[Any, str, Any]],
    titles: Sequence[str],
    empty: dict[str, Any],
    session: Session,
) -> Relation:
    """A row for each row value, in the order in which they come, and a column for each title. Of several cells for one
    place the last counts; a place without one is null, or what `empty` says of its column."""
    places: dict[Any, int] = {}
    columns: dict[str, list[Any]] = {title: [] for title in titles}
    for row, title, value in cells:
        if row not in places:
            places[row] = len(places)
            for name, column in columns.items():
                column.append(empty.get(name))
        columns[title][places[row]] = value
    return session.table({row_name: list(places), **columns}, "wide")
