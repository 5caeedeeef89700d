"""The event that a new detection's tests start with, in the shape of its data source.

The fields `user` and `src` (or `dvc`) of the skeleton's search come out of it as the vendor's add-on makes them, or are
made of the raw ones where the add-on makes none; its time stands where Splunk looks for it. So the tests pass as they
are written, and the author sees what to replace.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

USER = "alice@example.com"
ADDRESS = "192.0.2.10"
MARK = "TODO"


@dataclass(frozen=True, slots=True)
class Sample:
    """Events of one data source: the ending of their file, and the field that stands beside `user` in their rows."""

    ending: str
    beside: str
    sourcetype: str
    source: str
    separator: str
    value: str

    @property
    def evals(self) -> str:
        """What makes `user` and `src` of the event's own fields, where the vendor's add-on does not; else empty."""
        if self.sourcetype.startswith("gws:"):
            return "user='actor.email', src=ipAddress"  # the add-on reads records that it has flattened itself
        if self.sourcetype == "sysmon:linux":
            return "user=User"  # the add-on has none
        if self.source.endswith("-PowerShell/Operational"):
            return "user=UserID"
        return ""

    def event(self, day: str, mark: str) -> str:
        """One event of an ISO day, a line with its end, whose field TODO holds `mark`."""
        time = f"{day}T09:00:00Z"
        return (self._xml(time, mark) if self.ending == "xml" else json.dumps(self._record(time, mark))) + "\n"

    def _record(self, time: str, mark: str) -> dict[str, object]:
        kind: dict[str, object] = {self.separator: self.value} if self.separator else {}
        own: dict[str, object]
        match self.sourcetype.split(":"):
            case ["aws", "cloudtrail"]:
                who = {"type": "IAMUser", "userName": USER}
                own = {"eventTime": time, **kind, "userIdentity": who, "sourceIPAddress": ADDRESS}
            case ["o365", "management", "activity"]:
                own = {"CreationTime": time, **kind, "UserId": USER, "ClientIP": ADDRESS}
            case ["gws", *_]:
                own = {"id": {"time": time}, **kind, "actor": {"email": USER}, "ipAddress": ADDRESS}
            case ["bro" | "zeek", *_]:
                own = {"ts": time, **kind, "id.orig_h": ADDRESS, "user": USER}
            case ["stream", *_]:
                own = {"timestamp": time, **kind, "src_ip": ADDRESS, "src_user": USER}
            case _:
                own = {"time": time, **kind, "user": USER, "src": ADDRESS}
        return {**own, MARK: mark}

    def _xml(self, time: str, mark: str) -> str:
        user = "SubjectUserName" if self.source.endswith(":Security") else "User"
        return (
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
            f"<EventID>{self.value or 1}</EventID><TimeCreated SystemTime='{time}'/>"
            "<Computer>ws-001.corp.example.com</Computer><Security UserID='S-1-5-18'/></System>"
            f"<EventData><Data Name='{user}'>{USER}</Data><Data Name='{MARK}'>{mark}</Data></EventData></Event>"
        )


def sample(sourcetype: str, source: str = "", separator: str = "", value: str = "") -> Sample:
    """What events of a data source look like; those of a sourcetype that is not known are flat JSON.

    >>> sample("o365:management:activity", separator="Operation", value="Send").event("2026-11-22", "attack")[:72]
    '{"CreationTime": "2026-11-22T09:00:00Z", "Operation": "Send", "UserId": '
    """
    xml = sourcetype in ("XmlWinEventLog", "sysmon:linux")
    return Sample("xml" if xml else "jsonl", "dvc" if xml else "src", sourcetype, source, separator, value)


def risk_event(day: str, detection: str) -> str:
    """One event of the risk index on an ISO day, a line with its end, as a detection of that name adds it."""
    event = {
        "time": f"{day}T09:00:00Z",
        "search_name": f"{detection} - Rule",
        "risk_object": USER,
        "risk_object_type": "user",
        "risk_score": 30,
        "calculated_risk_score": 30,
        "risk_message": f"TODO {USER} did something",
    }
    return json.dumps(event) + "\n"
