"""Which sourcetype a file of events probably has, told from its first events.

Only what the vendors' formats make plain: keys that come together nowhere else. A guess is offered to the user, who
may know better.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from storypack.engine.events.cutting import cut
from storypack.engine.events.shapes import Shape, recognise

XML_WINDOWS = "XmlWinEventLog"

LOOKED_AT = 20
"""Events of a file that are looked at."""

MIXED_WITHIN = 200
"""Events that are looked at for several sourcetypes."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A sourcetype, and what gave it away."""

    sourcetype: str
    why: str = ""


UNKNOWN = Guess("unknown", why="nothing known")

_BY_KEYS = (
    ("aws:cloudtrail", ("eventVersion", "eventSource", "eventName")),
    ("aws:cloudtrail", ("eventSource", "eventName", "userIdentity")),
    ("o365:management:activity", ("Operation", "Workload")),
    ("o365:management:activity", ("CreationTime", "Operation", "RecordType")),
    ("o365:reporting:messagetrace", ("MessageTraceId", "SenderAddress")),
    ("gws:reports:drive", ("actor", "event", "id")),
    ("gws:reports:drive", ("actor", "events", "id")),
    ("bro:dns:json", ("ts", "uid", "query")),
    ("bro:dns:json", ("ts", "uid", "rcode")),
    ("bro:dns:json", ("ts", "uid", "trans_id")),
    ("bro:http:json", ("ts", "uid", "trans_depth")),
    ("bro:http:json", ("ts", "uid", "method")),
    ("bro:ssl:json", ("ts", "uid", "cipher")),
    ("bro:ssl:json", ("ts", "uid", "established", "resumed")),
    ("bro:files:json", ("ts", "fuid", "mime_type")),
    ("bro:conn:json", ("ts", "uid", "conn_state")),
    ("bro:conn:json", ("ts", "uid", "proto", "id.orig_h")),
    ("stream:http", ("http_method", "src_ip", "endtime")),
    ("stream:dns", ("query_type", "src_ip", "endtime")),
    ("suricata", ("timestamp", "event_type", "flow_id")),
    ("suricata", ("timestamp", "event_type", "stats")),
    ("journald", ("__REALTIME_TIMESTAMP", "__CURSOR")),
    ("azure:aad:signin", ("createdDateTime", "appDisplayName", "ipAddress")),
    ("azure:aad:audit", ("activityDateTime", "activityDisplayName", "initiatedBy")),
    ("google:gcp:pubsub:message", ("protoPayload", "logName", "insertId")),
)
_RECORDS = (
    ("ms:defender:eventhub", re.compile("AdvancedHunting-")),
    ("azure:monitor:aad", re.compile("(?:NonInteractiveUser|ServicePrincipal|ManagedIdentity)?SignInLogs$|AuditLogs$")),
    ("azure:monitor:activity", re.compile("(?:Administrative|Policy|Security|ServiceHealth|Alert|Autoscale)$")),
    ("azure:monitor:resource", re.compile("")),
)
"""The categories of Azure's records, whatever diagnostic setting sends them."""

_DAY = r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
_SYSLOG = rf"^(?:<\d+>)?(?:{_DAY}|\d{{4}}-\d\d-\d\dT\S+) (?:\S+ )?"
_BY_TEXT = (
    ("sysmon:linux", re.compile(_SYSLOG + r"sysmon(?:\[\d+\])?: <Event>")),
    ("aws:s3:accesslogs", re.compile(r"^[0-9a-f]{64} \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:")),
    ("linux:audit", re.compile(r"^(?:node=\S+ )?type=[A-Z_0-9]+ msg=audit\(")),
    ("access_combined", re.compile(r'^\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] "[A-Z]+ ')),
    ("aws:cloudwatchlogs:vpcflow", re.compile(r"^\d \d{12} eni-[0-9a-f]+ ")),
    ("squid:access", re.compile(r"^\d{9,10}\.\d{3} +-?\d+ \S+ [A-Z_]+/\d{3} \d+ \S+ \S+ \S+ [A-Z_]+/\S+ \S+")),
    ("squid:access:recommended", re.compile(r"^\d{9,10}\.\d{3} logformat=splunk_recommended_squid ")),
    (
        "isc:bind:query",
        re.compile(r"^.{0,80}\bclient (?:@0x[0-9a-f]+ )?[0-9A-Fa-f.:]+#\d+(?: \(\S*\))?:(?: view \S+:)? query: "),
    ),
    ("vsftpd", re.compile(rf"^[A-Z][a-z]{{2}} {_DAY} \d{{4}} \[pid \d+\] ")),
    ("xferlog", re.compile(rf"^[A-Z][a-z]{{2}} {_DAY} \d{{4}} \d+ \S+ \d+ .+ [ab] [CUT_]+ [oid] [agru] ")),
    ("rsyncd", re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\d+\] ")),
    ("postfix:syslog", re.compile(_SYSLOG + r"postfix(?:-[\w-]+)?/[\w/-]+\[\d+\]: ")),
    ("linux_secure", re.compile(_SYSLOG + r"(?:sshd(?:-session|-auth)?|internal-sftp|sftp-server)\[\d+\]: ")),
)


_STREAM = re.compile(r'"(?:@stream|_path)"\s*:\s*"([a-z0-9_]+)"')
"""The stream's name in an event of Zeek; one file may hold several."""


def stream_sourcetype(raw: str) -> str:
    """The sourcetype of a JSON event that names its stream, whatever else is in its file; empty for any other."""
    stream = _STREAM.search(raw) if '"ts"' in raw else None
    return f"bro:{stream[1]}:json" if stream else ""


def text_sourcetype(raw: str) -> str:
    """The sourcetype of a line of text that tells it by itself; empty for any other."""
    if raw.startswith("<Event"):
        return XML_WINDOWS if "schemas.microsoft.com/win" in raw[:200] else ""
    return next((name for name, pattern in _BY_TEXT if pattern.match(raw)), "")


def guessed_apart(raw: str) -> str:
    """The sourcetype of a JSON event by its keys; empty where they tell no vendor."""
    guessed = guess_event(raw)
    return "" if guessed is UNKNOWN or guessed.sourcetype == "_json" else guessed.sourcetype


def guess(path: Path, shape: Shape | None = None) -> Guess:
    """The most frequent guess over a file's first events. Raises UnreadableFile."""
    shape = shape or recognise(path)
    guesses, labelled = _guesses(path, shape, LOOKED_AT)
    if labelled and not guesses:
        return labelled.most_common(1)[0][0]
    del guesses[UNKNOWN]
    if guesses:
        return guesses.most_common(1)[0][0]
    return Guess("csv", "a header that names its columns") if shape.format.name == "csv" else UNKNOWN


def is_mixed(path: Path, shape: Shape) -> bool:
    """Whether a file's first events are of several sourcetypes. Raises UnreadableFile."""
    guesses, _ = _guesses(path, shape, MIXED_WITHIN)
    return len({one.sourcetype for one in guesses} - {"_json", UNKNOWN.sourcetype}) > 1


def _guesses(path: Path, shape: Shape, most: int) -> tuple[Counter[Guess], Counter[Guess]]:
    """What the first events look like, and what the file itself says of those of which it says something."""
    guesses, labelled = Counter[Guess](), Counter[Guess]()
    for event in islice(cut(path, shape), most):
        if event.labels.sourcetype:
            labelled[Guess(event.labels.sourcetype, "the file's own word")] += 1
        else:
            guesses[_by_format(shape, event.raw) or guess_event(event.raw)] += 1
    return guesses, labelled


def _by_format(shape: Shape, raw: str) -> Guess | None:
    """What the format itself knows of an event."""
    sourcetype = shape.format.guess(raw) if shape.format.guess else ""
    return Guess(sourcetype, f"the format {shape.format.name}") if sourcetype else None


def guess_event(raw: str) -> Guess:
    """The guess for one event's text."""
    text = raw.lstrip()
    if text.startswith("<Event") and "schemas.microsoft.com/win" in text:
        return Guess(XML_WINDOWS, "Windows events in XML")
    if text.startswith("{"):
        return _by_keys(text)
    for sourcetype, pattern in _BY_TEXT:
        if pattern.match(text):
            return Guess(sourcetype, why="the look of its lines")
    return UNKNOWN


def _by_keys(text: str) -> Guess:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return UNKNOWN
    if not isinstance(event, dict):
        return UNKNOWN
    if event.keys() >= {"category", "operationName"} and event.keys() & {"resourceId", "tenantId", "properties"}:
        category = str(event["category"])
        return Guess(next(name for name, pattern in _RECORDS if pattern.match(category)), f"its category {category}")
    for sourcetype, keys in _BY_KEYS:
        if all(key in event for key in keys) and _is_drive(sourcetype, event):
            return Guess(sourcetype, why=f"its keys {', '.join(keys)}")
    return Guess("_json", why="JSON objects of no known vendor")


def _is_drive(sourcetype: str, event: Mapping[str, Any]) -> bool:
    """Google's reports share their frame; the application's name tells them apart."""
    if not sourcetype.startswith("gws:"):
        return True
    id = event.get("id")
    return isinstance(id, dict) and id.get("applicationName", "drive") == "drive"
