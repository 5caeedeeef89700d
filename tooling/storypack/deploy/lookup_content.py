"""The content of CSV lookups on an instance. REST has no way to send or fetch it, so searches do: `inputlookup` and
`outputlookup`, run in the app."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from storypack.pack.names import COLUMN_FORBIDDEN, COLUMN_PATTERN
from storypack.splunkd.connection import Connection, ns
from storypack.splunkd.errors import DeployError, Refused

_COLUMN = re.compile(COLUMN_PATTERN)


def read_csv(connection: Connection, app: str, name: str) -> str:
    """A lookup file as CSV text; "" when it has no rows."""
    answer = run(connection, app, f"| inputlookup {_quoted(name)}")
    rows = answer.get("results", [])
    columns = [str(field["name"]) for field in answer.get("fields", [])]
    columns = columns or list(dict.fromkeys(column for row in rows for column in row))
    columns = [column for column in columns if not column.startswith("__")]
    return _csv([columns, *([_cell(row.get(column)) for column in columns] for row in rows)]) if rows else ""


def write_csv(connection: Connection, app: str, name: str, text: str) -> None:
    """Write a lookup file into the app. One without rows gets a row of empty cells: outputlookup keeps no header.

    Cells and column names go as data. The names stand in `table` as well, which fixes their order; those that mean
    something there are refused: DeployError.
    """
    rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if any(row)]
    if not rows:
        raise DeployError(f"lookup file {name} is empty")
    header = rows[0]
    wrong = next((column for column in header if not _COLUMN.fullmatch(column)), None)
    if wrong is not None:
        raise DeployError(f"lookup file {name}: no column can be called {wrong!r}", f"leave out {COLUMN_FORBIDDEN}")
    if len(rows) == 1:
        rows.append([""] * len(header))
    source = f"| makeresults format=csv data={_quoted(_csv(rows))}"
    table = " ".join(_quoted(column) for column in header)
    run(connection, app, f"{source} | table {table} | outputlookup create_context=app {_quoted(name)}")


def run(connection: Connection, app: str, search: str, **arguments: str) -> dict[str, Any]:
    """The JSON result of a search that is waited for. `Refused` with the instance's words when it fails."""
    body = {"search": search, "exec_mode": "oneshot", "count": "0", **arguments}
    answer = connection.query(ns(app, "search/jobs"), body)
    for message in answer.get("messages", []):
        if message.get("type") in ("FATAL", "ERROR"):
            raise Refused(400, f"the instance refused a search: {message.get('text', '')}")
    return answer


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
