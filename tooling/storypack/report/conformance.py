"""Where an instance and the engine differ: text for people, JSON to attach to an issue."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from storypack import __version__
from storypack.remote.conformance import CaseResult, PointResult
from storypack.report.text import printable

FORMAT_VERSION = 1
MOST = 40
"""Differences that the text shows; JSON has all."""


@dataclass(frozen=True, slots=True)
class Report:
    """The instance's version, what it does in the points that nobody has established, and its results of the cases."""

    version: str
    points: tuple[PointResult, ...]
    cases: tuple[CaseResult, ...]

    @property
    def failed(self) -> bool:
        """Whether a case differs, or the instance does not take it."""
        return any(result.outcome in ("differs", "refused") for result in self.cases)


def render_text(report: Report, width: int = 110) -> str:
    """A table of the points, then the cases that differ, then how many there were."""
    return "\n".join(_lines(report, width)) + "\n"


def render_json(report: Report) -> str:
    """One document; `format_version` changes only when a key goes away or changes its meaning."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "storypack", "version": __version__},
        "splunk": report.version,
        "points": [
            {
                "id": each.point.id,
                "title": each.point.title,
                "engine": each.point.readings[0].id,
                "instance": list(each.readings),
                "search": each.point.probe.spl,
                "rows": list(each.rows),
                "error": each.error or None,
            }
            for each in report.points
        ],
        "summary": dict(Counter(result.outcome.replace(" ", "_") for result in report.cases)),
        "cases": [
            {
                "id": result.case.id,
                "area": result.case.area,
                "source": result.case.source,
                "search": result.case.spl,
                "events": result.case.events,
                "expected": result.case.expected,
                "outcome": result.outcome.replace(" ", "_"),
                "detail": result.detail,
                "rows": list(result.rows),
            }
            for result in report.cases
            if result.outcome != "same"
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _lines(report: Report, width: int) -> Iterator[str]:
    yield printable(f"Splunk {report.version}")
    yield ""
    yield "Points that nobody has established"
    for point in report.points:
        engine = point.point.readings[0].id
        if point.error:
            answer = f"refused: {point.error}"
        elif not point.readings:
            answer = "another result than any reading says"
        else:
            answer = ", ".join(point.readings) + ("" if engine in point.readings else f"  (the engine: {engine})")
        yield printable(f"  {point.point.id:<22} {answer}")
    wrong = [result for result in report.cases if result.outcome in ("differs", "refused")]
    for result in wrong[:MOST]:
        yield ""
        yield printable(f"{result.outcome} {result.case.id}: {result.case.note}")
        for text in (result.case.spl, *result.detail.splitlines()):
            yield from (f"  {line}" for line in wrap(printable(text), width - 2))
        yield printable(f"  after: {result.case.source}")
    if len(wrong) > MOST:
        yield f"\n... and {len(wrong) - MOST} more (--format json has them)"
    counts = Counter(result.outcome for result in report.cases)
    if report.cases:
        yield ""
        listed = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.most_common())
        yield f"{len(report.cases):,} cases: {listed}"
