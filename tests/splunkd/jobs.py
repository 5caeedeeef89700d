"""Search jobs and the forms in which their results are given."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from splunkd.shapes import Value

Row = Mapping[str, Any]
Text = str | list[str]


@dataclass
class Job:
    """A job. It has run when it is made, but `polls` looks at it see it running first."""

    sid: str
    search: str
    owner: str
    app: str
    rows: Sequence[Row] = ()
    fields: Sequence[str] = ()
    messages: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False
    saved_search: str = ""
    polls: int = 1
    ttl: int = 600
    events: int = 0
    queued: bool = False

    @property
    def state(self) -> str:
        return ("QUEUED" if self.queued else "RUNNING") if self.polls > 0 else "FAILED" if self.failed else "DONE"

    def content(self) -> dict[str, Value]:
        """What a look at the job shows."""
        done = self.polls <= 0
        return {
            "sid": self.sid,
            "search": self.search,
            "dispatchState": self.state,
            "isDone": done,
            "isFailed": done and self.failed,
            "isFinalized": False,
            "isPaused": False,
            "isSaved": False,
            "isZombie": False,
            "doneProgress": 1.0 if done else 0.5,
            "scanCount": self.events,
            "eventCount": self.events,
            "resultCount": len(self.rows) if done else 0,
            "resultPreviewCount": len(self.rows) if done else 0,
            "runDuration": 0.1,
            "ttl": self.ttl,
            "diskUsage": 4096,
            "label": self.saved_search,
            "messages": {kind.lower(): [words] for kind, words in self.messages},
        }


def text(name: str, value: Any) -> Text:
    """A value as results show it: text, or a list of texts; `_time` as an ISO date."""
    if isinstance(value, (list, tuple)):
        return [str(text(name, one)) for one in value]
    if name in ("_time", "_indextime") and isinstance(value, (int, float)):
        moment = datetime.fromtimestamp(value, UTC)
        return moment.isoformat(timespec="milliseconds") if name == "_time" else str(int(value))
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def texts(row: Row) -> dict[str, Text]:
    return {name: text(name, value) for name, value in row.items() if value is not None}


def render(rows: Sequence[Row], fields: Sequence[str], mode: str, offset: int = 0) -> tuple[bytes, str]:
    """The body and content type of results: xml, json, json_rows, json_cols, csv, raw."""
    made = [texts(row) for row in rows]
    names = list(fields) or list(dict.fromkeys(name for row in made for name in row))
    if mode in ("json", "json_rows", "json_cols"):
        body: dict[str, Any] = {"preview": False, "init_offset": offset, "messages": []}
        if mode == "json":
            body |= {"fields": [{"name": name} for name in names], "results": made, "highlighted": {}}
        elif mode == "json_rows":
            body |= {"fields": names, "rows": [[row.get(name) for name in names] for row in made]}
        else:
            body |= {"fields": names, "columns": [[row.get(name) for row in made] for name in names]}
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), "application/json; charset=UTF-8"
    if mode == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[_joined(row.get(name, "")) for name in names] for row in made])
        return out.getvalue().encode(), "text/csv; charset=utf-8"
    if mode == "raw":
        return "\n".join(_joined(row.get("_raw", "")) for row in made).encode(), "text/plain; charset=utf-8"
    return _xml(made, names, offset), "text/xml; charset=utf-8"


def export(rows: Sequence[Row], fields: Sequence[str], mode: str) -> tuple[bytes, str]:
    """An export: in JSON a line per row, in other modes as results."""
    if mode != "json":
        return render(rows, fields, mode)
    lines = [
        {"preview": False, "offset": number, **({"lastrow": True} if number == len(rows) - 1 else {}),
         "result": texts(row)}
        for number, row in enumerate(rows)
    ]  # fmt: skip
    written = lines or [{"preview": False, "lastrow": True}]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in written).encode(), "application/json"


def _joined(value: Text) -> str:
    return "\n".join(value) if isinstance(value, list) else value


def _xml(rows: Sequence[Mapping[str, Text]], names: Sequence[str], offset: int) -> bytes:
    parts = ["<?xml version='1.0' encoding='UTF-8'?>\n<results preview='0'>\n<meta>\n<fieldOrder>\n"]
    parts += [f"<field>{escape(name)}</field>\n" for name in names]
    parts.append("</fieldOrder>\n</meta>\n")
    for number, row in enumerate(rows, offset):
        parts.append(f"<result offset='{number}'>\n")
        for name, value in row.items():
            several = value if isinstance(value, list) else [value]
            inner = "".join(f"<value><text>{escape(one)}</text></value>" for one in several)
            parts.append(f"<field k={quoteattr(name)}>{inner}</field>\n")
        parts.append("</result>\n")
    parts.append("</results>\n")
    return "".join(parts).encode("utf-8", "replace")
