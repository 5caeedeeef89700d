"""Rows of a CSV that hold an event in one of their columns: Splunk's exports, Purview's audit log, EvtxECmd,
Defender's advanced hunting.

A reader is chosen by the names of the columns, and gives the event that the vendor's add-on would have indexed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from storypack.engine.events.formats.ausearch import audit_time
from storypack.engine.events.openers.registry import Opened
from storypack.engine.events.splunk_export import exported_event
from storypack.engine.events.windows_xml import write_element, write_event

RowReader = Callable[[Mapping[str, str], str], Opened | None]
"""From a row's columns and its text to its event; None = the row is one itself."""


def row_reader(header: Sequence[str]) -> RowReader | None:
    """The reader for rows with these columns; None where each row is an event as it stands."""
    names = set(header)
    return next((reader for columns, reader in _READERS if columns <= names), None)


def _audit_record(row: Mapping[str, str], raw: str) -> Opened | None:
    """A row of the Purview portal's export, or of Search-UnifiedAuditLog: `AuditData` is the record."""
    data = row.get("AuditData", "")
    if not data.strip():
        return None
    try:
        is_whole = isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        is_whole = False
    return Opened(data, broken=not is_whole)


_LEVELS = {"LogAlways": "0", "Critical": "1", "Error": "2", "Warning": "3", "Info": "4", "Verbose": "5"}


def _evtxecmd(row: Mapping[str, str], raw: str) -> Opened | None:
    """A row of EvtxECmd: `Payload` has the data in JSON, the other columns what stands in `System`."""
    try:
        payload = json.loads(row.get("Payload", "") or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    time = row.get("TimeCreated", "").replace(" ", "T", 1)
    system = {
        "Provider.Name": row.get("Provider"),
        "EventID": row.get("EventId"),
        "Level": _LEVELS.get(row.get("Level", ""), row.get("Level")),
        "Keywords": row.get("Keywords"),
        "TimeCreated.SystemTime": f"{time}Z" if time and not time.endswith("Z") else time,
        "EventRecordID": row.get("EventRecordId"),
        "Execution.ProcessID": row.get("ProcessId"),
        "Execution.ThreadID": row.get("ThreadId"),
        "Channel": row.get("Channel"),
        "Computer": row.get("Computer"),
        "Security.UserID": row.get("UserId"),
    }
    user = payload.get("UserData")
    user_data = "".join(write_element(name, each) for name, each in user.items()) if isinstance(user, dict) else ""
    return Opened(write_event(system, list(_payload(payload.get("EventData"))), user_data=user_data))


def _payload(body: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(body, dict):
        return
    data = body.get("Data")
    for each in data if isinstance(data, list) else [] if data is None else [data]:
        if isinstance(each, dict):
            yield str(each.get("@Name", "")), each.get("#text", "")
        else:
            yield "", each


def _ausearch(row: Mapping[str, str], raw: str) -> Opened | None:
    """A row of `ausearch --format csv`: date and time stand apart."""
    time, note = audit_time(row.get("DATE", ""), row.get("TIME", ""))
    fields = {name: value for name, value in row.items() if value}
    return Opened(raw, time, fields=fields, note=note, is_bare=True)


_HUNTING_TABLES = (
    ("DeviceNetworkEvents", re.compile(r".*Connection.*|ListeningConnectionCreated|NetworkSignatureInspected")),
    ("DeviceProcessEvents", re.compile("ProcessCreated")),
    ("DeviceFileEvents", re.compile("File(Created|Modified|Renamed|Deleted)")),
    ("DeviceLogonEvents", re.compile("Logon(Success|Failed|Attempted)")),
    ("DeviceRegistryEvents", re.compile("Registry(Key|Value).*")),
    ("DeviceImageLoadEvents", re.compile("ImageLoaded")),
    ("DeviceEvents", re.compile(".+")),
)
"""Which table of Defender's advanced hunting a row with this ActionType is from (Microsoft's schema reference)."""


def _hunting(row: Mapping[str, str], raw: str) -> Opened | None:
    """A row of Defender's advanced hunting, as its streaming interface would have sent it; its columns stay fields."""
    table = next((name for name, pattern in _HUNTING_TABLES if pattern.fullmatch(row.get("ActionType", ""))), "")
    if not table or "Timestamp" not in row:
        return None
    category = f"AdvancedHunting-{table}"
    record = {"time": row["Timestamp"], "operationName": "Publish", "category": category, "properties": dict(row)}
    return Opened(json.dumps(record, ensure_ascii=False), fields=dict(row), is_bare=True)


_READERS: tuple[tuple[frozenset[str], RowReader], ...] = (
    (frozenset({"_raw", "_time"}), lambda row, raw: exported_event(row)),
    (frozenset({"AuditData"}), _audit_record),
    (frozenset({"SERIAL_NUM", "EVENT_KIND", "DATE", "TIME"}), _ausearch),
    (frozenset({"Timestamp", "DeviceId", "DeviceName", "ActionType"}), _hunting),
    (frozenset({"EventRecordId", "Channel", "Provider", "Payload"}), _evtxecmd),
)
