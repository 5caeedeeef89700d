"""makeresults. Search Reference: "makeresults"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from storypack.csvtext import csv_rows
from storypack.engine.commands.options import flag, options_of, whole
from storypack.engine.commands.registry import generating
from storypack.engine.errors import SearchError
from storypack.engine.relation import Column, Cte, OrderKey, Relation
from storypack.engine.session import Session
from storypack.engine.sql import Kind, identifier
from storypack.engine.unicode import mended
from storypack.spl import tree

_MOST = 10_000_000


@generating("makeresults")
def makeresults(node: tree.Plain, rows: Relation | None, session: Session) -> Relation:
    """So many rows (1) with `_time` now; or the rows of data given as CSV or JSON."""
    options = options_of(node.options)
    if "data" in options:
        return _given(options.get("format", "csv").lower(), options["data"], session)
    count = whole(options.get("count", "1"), "count")
    if count > _MOST:
        raise SearchError(f"makeresults: more than {_MOST:,} results")
    names = ("_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group")
    return _numbered(count, names if flag(options.get("annotate", "f")) else (), session)


def _numbered(count: int, nulls: Sequence[str], session: Session) -> Relation:
    """So many rows of now, without a list of them; `nulls` are fields without a value."""
    columns = {"_time": Column(session.names.new("_time"), Kind.NUMBER)}
    columns |= {name: Column(session.names.new(name), Kind.STRING) for name in nulls}
    place = identifier(session.names.new("__n"))
    values = [f"range AS {place}", f"CAST({session.now!r} AS DOUBLE) AS {identifier(columns['_time'].ident)}"]
    values += [f"CAST(NULL AS VARCHAR) AS {identifier(columns[name].ident)}" for name in nulls]
    text = f"SELECT {', '.join(values)} FROM range({count})"
    cte = Cte(session.names.new("s1_makeresults"), text, "makeresults")
    return Relation(session.names, (cte,), columns, (OrderKey(place, place=True),))


def _given(kind: str, data: str, session: Session) -> Relation:
    if kind == "json":
        try:
            parsed = mended(json.loads(data))
        except (ValueError, RecursionError) as error:
            raise SearchError(f"makeresults: the data is not JSON: {error}") from error
        events = parsed if isinstance(parsed, list) else [parsed]
        if not all(isinstance(event, dict) for event in events):
            raise SearchError("makeresults: the JSON data must be an array of objects")
        events = [{**event, "_raw": json.dumps(event, separators=(",", ":"))} for event in events]
    elif kind == "csv":
        header, *rows = [row for row in csv_rows(data.strip()) if row] or [[]]
        events = [dict(zip(header, row, strict=False)) for row in rows]
    else:
        raise SearchError(f"makeresults: format must be csv or json, not `{kind}`")
    names = dict.fromkeys(name for event in events for name in event if name)
    columns: dict[str, list[Any]] = {name: [event.get(name) for event in events] for name in names}
    return session.table({"_time": [session.now] * len(events), **columns}, "makeresults")
