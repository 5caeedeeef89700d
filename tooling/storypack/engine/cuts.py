"""Limits that leave rows or values out: whoever runs the search is told, once, and only where something was lost.

Whether a limit is reached is known while the query runs, not before. So the SQL behind a limit calls `spl_cut` for what
goes beyond it:

    SELECT * FROM (... LIMIT 10001) WHERE place <= 10000 OR spl_cut('cut-1')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.sql import quote
from storypack.engine.udf.registry import udf

_told: dict[str, Callable[[], object]] = {}
_numbers = count(1)


def cut_sql(session: Session, message: str) -> str:
    """SQL of a condition that is false; that it is asked at all makes `message` a warning of the run."""
    handle = f"cut-{next(_numbers)}"
    _told[handle] = lambda: session.warn(message)
    session.at_end.append(lambda: _told.pop(handle, None))
    return f"spl_cut({quote(handle)})"


@udf("spl_cut", "VARCHAR", returns="BOOLEAN", varying=True)
def cut(handle: str | None) -> bool:
    """False; the warning behind the handle is told."""
    if handle in _told:
        _told[handle]()
    return False


def first_rows(rows: Relation, limit: int, session: Session, message: str) -> Relation:
    """The first rows in their order; `message` is a warning if there are more."""
    order = rows.order
    rows = rows.stage("limit", f"SELECT * FROM {rows.source} {rows.order_by} LIMIT {limit + 1}")
    rows, place = rows.numbered("limit")
    rows = rows.where(_CUT, f"CASE WHEN {place} <= {limit} THEN TRUE ELSE {cut_sql(session, message)} END")
    return replace(rows, order=order) if order else rows


_CUT = "cut"
_STAGES = 3


def without_cut(rows: Relation) -> Relation:
    """The rows as they were before `first_rows`, if that was done last: for a command that takes fewer anyway."""
    if rows.ctes[-1].stage != _CUT:
        return rows
    return replace(rows, ctes=rows.ctes[:-_STAGES])
