"""transaction (Search Reference: transaction). Works row by row, so the rows are run and walked through in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storypack.engine.commands.fields import chosen
from storypack.engine.commands.options import MOST, flag, options_of, whole, words_of
from storypack.engine.commands.registry import command
from storypack.engine.compile.expressions import compile_condition
from storypack.engine.compile.terms import compile_term
from storypack.engine.errors import SearchError
from storypack.engine.relation import Relation
from storypack.engine.session import Session
from storypack.engine.spans import parse_span
from storypack.engine.sql import Kind, Sql, identifier
from storypack.engine.text import parse_condition, parse_condition_term
from storypack.engine.transactions import Rules, group
from storypack.spl import tree

_LIMIT = 1_000_000
"""Events that one transaction command takes at most."""


@command("transaction", without_effect="delim mvraw name unifyends")
def transaction(node: tree.Plain, rows: Relation, session: Session) -> Relation:
    """One row for each group of events with the same field values, as close together as the options ask.

    Fields become multivalue (distinct values, sorted), `_raw` the texts in the order of time; `duration` and
    `eventcount` are added.
    """
    options = options_of(node.options)
    rows = rows.closed()
    names = chosen(words_of(node.words), rows)
    begins = _condition(options.get("startswith"), rows, session)
    ends = _condition(options.get("endswith"), rows, session)
    rows = session.materialise(rows.extend("transaction", {"__begins": begins, "__ends": ends}))
    columns = dict(rows.columns)
    select = "SELECT " + ", ".join(identifier(column.ident) for column in columns.values())
    found = session.fetch(rows, select, f"{rows.order_by} LIMIT {_LIMIT + 1}")
    if len(found) > _LIMIT:
        raise SearchError(f"transaction: more than {_LIMIT:,} events")
    events = [{name: value for name, value in zip(columns, row, strict=True) if value is not None} for row in found]
    results = group(events, names, _rules(options))
    return _table(results, [name for name in columns if name not in ("__begins", "__ends")], session)


def _condition(text: str | None, rows: Relation, session: Session) -> Sql:
    """1 where an event starts (ends) a transaction; null where the option is not given."""
    if text is None:
        return Sql("NULL", Kind.NULL)
    if text.lstrip().lower().startswith("eval("):
        condition = compile_condition(parse_condition(text), rows, session)
    else:
        condition = compile_term(parse_condition_term(text), rows, session)
    return Sql(f"CASE WHEN {condition} THEN 1.0 ELSE 0.0 END", Kind.NUMBER)


def _rules(options: Mapping[str, str]) -> Rules:
    def seconds(name: str) -> float | None:
        text = options.get(name, "-1")
        return None if text.startswith("-") else parse_span(text).seconds

    return Rules(
        max_span=seconds("maxspan"),
        max_pause=seconds("maxpause"),
        max_events=_maximum(whole(options.get("maxevents", "1000"), "maxevents", least=-MOST)),
        connected=flag(options.get("connected", "t")),
        keep_orphans=flag(options.get("keeporphans", "f")),
        keep_evicted=flag(options.get("keepevicted", "f")),
        starts="startswith" in options,
        ends="endswith" in options,
        mv_list=options.get("mvlist", "f"),
        null_text=options.get("nullstr", "NULL"),
    )


def _maximum(number: int) -> int:
    """Below zero: no limit."""
    return number if number >= 0 else _LIMIT


def _table(results: list[dict[str, Any]], names: list[str], session: Session) -> Relation:
    added = ["duration", "eventcount", "closed_txn"]
    added += ["_txn_orphan"] if any("_txn_orphan" in row for row in results) else []
    columns = dict.fromkeys([*names, *added])
    return session.table({name: [row.get(name) for row in results] for name in columns}, "transaction")
