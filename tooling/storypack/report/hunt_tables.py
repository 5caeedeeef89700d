"""A hunt for other tools: CSV, Timesketch, Splunk's HTTP Event Collector, the ATT&CK Navigator."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from storypack.hunting.findings import Finding, Hunt
from storypack.reference.attack import technique
from storypack.report.hunt_json import iso
from storypack.report.results import plural

_COLUMNS = (
    "number severity score detection title first last entities techniques stories event_count file line raw "
    "allow_lists notes"
)


def render_csv(hunt: Hunt) -> str:
    """A line for each finding with its first event. A cell that a spreadsheet would take for a formula begins with an
    apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS.split())
    for finding in hunt.findings:
        event = finding.events[0] if finding.events else None
        writer.writerow(
            _cell(value)
            for value in (
                finding.number,
                finding.severity,
                finding.score,
                finding.detection,
                finding.title,
                iso(finding.first),
                iso(finding.last),
                "; ".join(f"{each.type}={each.value}" for each in finding.entities),
                "; ".join(finding.techniques),
                "; ".join(finding.stories),
                finding.event_count,
                event and event.file,
                event and event.line,
                event and event.raw,
                "; ".join(finding.allow_lists),
                "; ".join(finding.notes),
            )
        )
    return text.getvalue()


def _cell(value: object) -> object:
    text = str(value or "")
    return f"'{text}" if not isinstance(value, int | float) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def render_timesketch(hunt: Hunt) -> str:
    """JSON lines as Timesketch imports them: `message`, `datetime` and `timestamp_desc` are what it needs
    (timesketch.org, "Create timeline from JSON/JSONL/CSV file"). Findings without a time have no place on a timeline,
    and are left out."""
    lines = []
    for finding in hunt.findings:
        for time, what in ((finding.first, "First event of finding"), (finding.last, "Last event of finding")):
            if time is None or (what.startswith("Last") and time == finding.first):
                continue
            lines.append(_timesketch(finding, time, what))
    return "".join(
        f"{json.dumps(line, ensure_ascii=False)}\n" for line in sorted(lines, key=lambda each: each["datetime"])
    )


def _timesketch(finding: Finding, time: float, what: str) -> dict[str, Any]:
    return {
        "message": f"{finding.detection}: {finding.title}",
        "datetime": (iso(time) or "").replace("Z", "+00:00"),
        "timestamp_desc": what,
        "tag": [f"severity:{finding.severity}", *finding.techniques],
        "finding": finding.number,
        "detection": finding.detection,
        "severity": finding.severity,
        "score": finding.score,
        "entities": [each.value for each in finding.entities],
        "stories": list(finding.stories),
        "events": [f"{each.file}:{each.line or '?'}" for each in finding.events],
    }


def render_hec(hunt: Hunt) -> str:
    """The risk events of the findings as the HTTP Event Collector takes them ("Format events for HTTP Event
    Collector"), for the index `risk`."""
    lines = []
    for row in hunt.risk:
        line = {
            "index": "risk",
            "sourcetype": "stash",
            "source": row["search_name"],
            "event": {name: value for name, value in row.items() if name != "_time"},
        }
        if "_time" in row:
            line["time"] = row["_time"]
        lines.append(json.dumps(line, ensure_ascii=False, default=str))
    return "".join(f"{line}\n" for line in lines)


def render_navigator(hunt: Hunt) -> str:
    """A layer of the ATT&CK Navigator (layer format 4.5): the techniques of the findings, by how many there are."""
    numbers: dict[str, list[Finding]] = {}
    for finding in hunt.findings:
        for name in finding.techniques:
            numbers.setdefault(name, []).append(finding)
    layer = {
        "name": "storypack hunt",
        "versions": {"layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"{len(hunt.findings)} findings {looked_in(hunt)}",
        "gradient": {
            "colors": ["#ffe9a8", "#d1495b"],
            "minValue": 0,
            "maxValue": max((len(some) for some in numbers.values()), default=1),
        },
        "techniques": [
            {
                "techniqueID": name,
                "score": len(some),
                "comment": "; ".join(dict.fromkeys(each.detection for each in some)),
                "enabled": True,
            }
            for name, some in sorted(numbers.items())
        ],
    }
    return json.dumps(layer, indent=2, ensure_ascii=False) + "\n"


def technique_title(name: str) -> str:
    """`T1041 Exfiltration Over C2 Channel`, or the id alone."""
    known = technique(name)
    return f"{name} {known.name}" if known else name


def looked_in(hunt: Hunt) -> str:
    """Where the events lay: so many files, or an instance."""
    return f"on {hunt.place}" if hunt.place else f"in {plural(hunt.files, 'file')}"
