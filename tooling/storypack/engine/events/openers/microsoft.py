"""Microsoft: lists of Graph and of Azure, records of Purview in records of PowerShell, Windows events in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from storypack.engine.events.openers.registry import Opened, envelope, opener
from storypack.engine.events.windows_xml import write_element, write_event

envelope("value", "@odata.*", "nextLink")  # Graph and Azure's REST
envelope("records")  # Azure's diagnostic settings, Defender's streaming


@opener
def audit_data(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A record of Search-UnifiedAuditLog: the audit record is a text within."""
    data = value.get("AuditData")
    is_row = isinstance(data, str) and data.startswith("{") and value.keys() & {"CreationDate", "RecordType"}
    return [Opened(data)] if is_row and isinstance(data, str) else None


@opener
def evtx_dump(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A Windows event of evtx_dump (`Event`), or of the parsers that leave this frame out."""
    event = value.get("Event", value)
    if not isinstance(event, dict):
        return None
    system = event.get("System")
    if not isinstance(system, dict) or "EventID" not in system or "Provider" not in system:
        return None
    user = event.get("UserData")
    body = event.get("EventData")
    message = value.get("Message")
    return [
        Opened(
            write_event(
                dict(_system(system)),
                list(_data(body)) if isinstance(body, dict) else [],
                user_data="".join(write_element(name, each) for name, each in user.items() if not name.startswith("#"))
                if isinstance(user, dict)
                else "",
                message=message if isinstance(message, str) else None,
            )
        )
    ]


def _system(system: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in system.items():
        if not isinstance(value, dict):
            yield name, f"0x{value % (1 << 64):x}" if name == "Keywords" and isinstance(value, int) else value
            continue
        yield name, value.get("#text", value.get("Value"))
        attributes = value.get("#attributes", value)
        for key, each in attributes.items() if isinstance(attributes, dict) else ():
            if key == "SystemTime" and isinstance(each, int | float):
                each = _iso(float(each))
            yield f"{name}.{key}", each


def _data(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of EventData: named straight, or several without a name in `Data.#text`."""
    for name, value in body.items():
        if name.startswith("#"):
            continue
        if name == "Data" and isinstance(value, dict) and "#text" in value:
            value = value["#text"]
        if name == "Data":
            yield from (("", each) for each in (value if isinstance(value, list) else [value]))
        elif isinstance(value, dict):
            yield name, value.get("#text", "")
        else:
            yield name, value


_POWERSHELL = ("Id", "ProviderName", "LogName", "MachineName", "TimeCreated")
_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_MESSAGE_LINE = re.compile(r"^(\w+): ?(.*?)\r?$", re.MULTILINE)
SYSMON = "Microsoft-Windows-Sysmon/Operational"


@opener
def get_winevent(value: Mapping[str, Any], raw: str) -> list[Opened] | None:
    """A Windows event of `Get-WinEvent | ConvertTo-Json`. Properties have no names; a message of Sysmon has them."""
    if not all(key in value for key in _POWERSHELL):
        return None
    time = value["TimeCreated"]
    if isinstance(time, dict):
        time = time.get("value", time.get("DateTime"))
    if isinstance(time, str) and (date := _DATE.fullmatch(time)):
        time = _iso(int(date[1]) / 1000)
    message = value.get("Message")
    user = value.get("UserId")
    system = {
        "Provider.Name": value["ProviderName"],
        "Provider.Guid": value.get("ProviderId"),
        "EventID": value["Id"],
        "Version": value.get("Version"),
        "Level": value.get("Level"),
        "Task": value.get("Task"),
        "Opcode": value.get("Opcode"),
        "TimeCreated.SystemTime": time,
        "EventRecordID": value.get("RecordId"),
        "Correlation.ActivityID": value.get("ActivityId"),
        "Execution.ProcessID": value.get("ProcessId"),
        "Execution.ThreadID": value.get("ThreadId"),
        "Channel": value["LogName"],
        "Computer": value["MachineName"],
        "Security.UserID": user.get("Value") if isinstance(user, dict) else user,
    }
    if isinstance(value.get("Keywords"), int):
        system["Keywords"] = f"0x{value['Keywords'] % (1 << 64):x}"
    text = message if isinstance(message, str) else None
    return [Opened(write_event(system, _properties(value, text), message=text))]


def _properties(value: Mapping[str, Any], message: str | None) -> list[tuple[str, Any]]:
    if value["LogName"] == SYSMON and message:
        return [(match[1], match[2]) for match in _MESSAGE_LINE.finditer(message.partition("\n")[2])]
    properties = value.get("Properties")
    listed = properties if isinstance(properties, list) else []
    return [("", each.get("Value") if isinstance(each, dict) else each) for each in listed]


def _iso(seconds: float) -> str:
    """The time as Windows writes it; empty for one beyond the calendar."""
    try:
        time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return ""
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
