"""One set of results, with everything in it that a format can get wrong."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from storypack.issue import Issue, Location, Severity
from storypack.report.results import Results


@dataclass(frozen=True)
class FakeRule:
    id: str
    title: str
    severity: Severity
    why: str
    example: str
    cure: str = ""


SOURCE = """\
name: Share
finding:
  title: 日本 \u001b[31mred
  entity: {field: user, type: user, score: 900}
\tsearch: tabbed
"""


@pytest.fixture
def results() -> Results:
    share = "detections/cloud/share it.yml"
    issues = [
        Issue(
            "SP123",
            Severity.ERROR,
            "score is 900; it must lie between 0 and 100",
            Location(share, 4, 43),
            "finding.entity.score",
            "write 90",
        ),
        Issue(
            "SP130", Severity.WARNING, "100% wrong:\nsecond, line \x1b[2J <&>", Location(share, 3, 13), "finding.title"
        ),
        Issue("SP130", Severity.WARNING, "a tab", Location(share, 5, 2)),
        Issue("SP199", Severity.NOTE, "the file as a whole", Location("storypack.yml")),
    ]
    rules = {
        "SP123": FakeRule("SP123", "Score out of range", Severity.ERROR, "ES refuses it.", "score: 900", "Use 0-100."),
        "SP130": FakeRule("SP130", "Odd, text: here", Severity.WARNING, "It reads badly.", "title: x"),
    }
    checked = [share, "detections/cloud/other.yml", "storypack.yml"]
    return Results(issues, checked, silenced=2, sources={share: SOURCE}, rules=rules)
