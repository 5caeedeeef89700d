"""For GitLab: a code quality report, which a merge request shows beside the changed lines.

The keys are those that GitLab asks for (GitLab documentation: "Code Quality", "Import code quality results").
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from storypack.issue import Issue, Severity
from storypack.report.results import Results
from storypack.report.sarif import fingerprint

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render_gitlab(results: Results) -> str:
    """The report: a list of findings, each with a fingerprint that survives moved lines."""
    seen: Counter[str] = Counter()
    return json.dumps([_finding(issue, seen) for issue in results.issues], indent=2, ensure_ascii=False) + "\n"


def _finding(issue: Issue, seen: Counter[str]) -> dict[str, Any]:
    cure = f" ({issue.cure})" if issue.cure else ""
    return {
        "description": f"{issue.message}{cure}",
        "check_name": issue.rule,
        "fingerprint": fingerprint(issue, seen),
        "severity": _SEVERITIES[issue.severity],
        "location": {"path": issue.location.file, "lines": {"begin": issue.location.line or 1}},
    }
