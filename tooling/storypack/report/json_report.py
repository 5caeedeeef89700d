"""For programs: a stable JSON document. `validate.schema.json` beside this file describes it.

`format_version` changes only when a key is taken away or changes its meaning; keys may be added.
"""

from __future__ import annotations

import json
from typing import Any

from storypack import __version__
from storypack.issue import Issue, Severity
from storypack.report.results import Results

FORMAT_VERSION = 1


def render_json(results: Results) -> str:
    """The document, indented, keys in a fixed order. Lines and columns count from 1; null = the file as a whole."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "storypack", "version": __version__},
        "summary": {
            "files": len(results.checked),
            "errors": results.count(Severity.ERROR),
            "warnings": results.count(Severity.WARNING),
            "notes": results.count(Severity.NOTE),
            "silenced": results.silenced,
            "accepted": results.accepted,
        },
        "issues": [_issue(issue, results) for issue in results.issues],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _issue(issue: Issue, results: Results) -> dict[str, Any]:
    return {
        "rule": issue.rule,
        "title": results.title(issue.rule),
        "severity": issue.severity.value,
        "message": issue.message,
        "file": issue.location.file,
        "line": issue.location.line or None,
        "column": issue.location.column or None,
        "key": issue.key or None,
        "cure": issue.cure or None,
    }
