"""A hunt as JSON lines, each an object with its `kind`. docs/hunt.md describes the keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from storypack import __version__
from storypack.engine.candidates import Coverage, EventAt
from storypack.hunting.findings import Entity, Finding, Hunt, Outcome

FORMAT_VERSION = 1


def render_json(hunt: Hunt) -> str:
    """First the hunt itself, then findings, entities, detections and source types, a line each. `format_version`
    changes only when a key goes away or changes its meaning. Times are ISO 8601 in UTC, or null."""
    return "".join(f"{json.dumps(each, ensure_ascii=False, default=str)}\n" for each in objects(hunt))


def objects(hunt: Hunt) -> Iterator[dict[str, Any]]:
    span = hunt.span or (None, None)
    yield {
        "kind": "hunt",
        "format_version": FORMAT_VERSION,
        "tool": {"name": "storypack", "version": __version__},
        "place": hunt.place,
        "files": hunt.files,
        "bytes": hunt.bytes,
        "events": hunt.events,
        "first": iso(span[0]),
        "last": iso(span[1]),
        "seconds": round(hunt.seconds, 3),
        "whole": hunt.whole,
        "interrupted": hunt.interrupted,
        "findings": len(hunt.findings),
        "unreadable": [{"file": name, "why": why} for name, why in hunt.unreadable.items()],
        "left_out": hunt.left_out,
        "notes": hunt.notes,
    }
    yield from map(finding_object, hunt.findings)
    yield from map(_entity, hunt.entities)
    yield from map(_outcome, hunt.outcomes)
    yield from (_coverage(each, hunt) for each in hunt.coverage)


def finding_object(finding: Finding) -> dict[str, Any]:
    """A finding with its row and the events behind it."""
    return {
        "kind": "finding",
        "number": finding.number,
        "detection": finding.detection,
        "file": finding.path,
        "type": finding.type,
        "title": finding.title,
        "severity": finding.severity,
        "score": finding.score,
        "first": iso(finding.first),
        "last": iso(finding.last),
        "run": iso(finding.run),
        "runs": finding.runs,
        "window": [iso(finding.window[0]), iso(finding.window[1])],
        "entities": [
            {"type": each.type, "value": each.value, "score": each.score, "message": each.message}
            for each in finding.entities
        ],
        "threat_objects": [{"type": kind, "value": value} for kind, value in finding.threat_objects],
        "techniques": list(finding.techniques),
        "stories": list(finding.stories),
        "row": dict(finding.row),
        "event_count": finding.event_count,
        "events": [event_object(each) for each in finding.events],
        "contributing": list(finding.contributing),
        "allow_lists": list(finding.allow_lists),
        "notes": list(finding.notes),
        "next_steps": finding.next_steps,
    }


def event_object(event: EventAt) -> dict[str, Any]:
    return {
        "file": event.file,
        "line": event.line,
        "sourcetype": event.sourcetype,
        "time": iso(event.time),
        "raw": event.raw,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return {
        "kind": "entity",
        "type": entity.type,
        "value": entity.value,
        "risk": entity.risk,
        "findings": list(entity.findings),
        "detections": list(entity.detections),
        "techniques": list(entity.techniques),
        "first": iso(entity.first),
        "last": iso(entity.last),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": "detection",
        "detection": outcome.detection,
        "file": outcome.path,
        "state": outcome.state,
        "findings": outcome.findings,
        "runs": outcome.runs,
        "suppressed": outcome.suppressed,
        "seconds": round(outcome.seconds, 3),
        "needs": list(outcome.needs),
        "why": outcome.why,
        "warnings": list(outcome.warnings),
    }


def _coverage(coverage: Coverage, hunt: Hunt) -> dict[str, Any]:
    gaps = [[iso(begin), iso(end)] for name, begin, end in hunt.gaps() if name == coverage.sourcetype]
    return {
        "kind": "sourcetype",
        "sourcetype": coverage.sourcetype,
        "files": coverage.files,
        "events": coverage.events,
        "without_time": coverage.without_time,
        "first": iso(coverage.first),
        "last": iso(coverage.last),
        "gaps": gaps,
    }


def iso(time: float | None) -> str | None:
    """A time as ISO 8601 in UTC, with milliseconds where it has any; None for a time that no calendar has.

    >>> iso(1793612400.5), iso(None), iso(1e18)
    ('2026-11-02T05:00:00.500Z', None, None)
    """
    if time is None:
        return None
    try:
        moment = datetime.fromtimestamp(time, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
