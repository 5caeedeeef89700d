"""For programs: the results of `storypack test` as a stable JSON document.

`format_version` changes only when a key is taken away or changes its meaning; keys may be added.
"""

from __future__ import annotations

import json
from typing import Any

from storypack import __version__
from storypack.issue import Location
from storypack.testing.results import Failure, Outcome, TestResult, TestRun

FORMAT_VERSION = 1


def render_tests_json(run: TestRun) -> str:
    """The document, indented, keys in a fixed order. Lines and columns count from 1."""
    document = {
        "format_version": FORMAT_VERSION,
        "tool": {"name": "storypack", "version": __version__},
        "summary": {
            "tests": len(run.results),
            "passed": run.count(Outcome.PASSED),
            "failed": run.count(Outcome.FAILED),
            "not_run": run.count(Outcome.NOT_RUN),
            "ok": not run.failed,
            "seconds": round(run.seconds, 3),
            "unchanged": run.unchanged,
            "causes": [
                {"outcome": outcome.replace(" ", "_"), "cause": cause.value, "tests": count}
                for (outcome, cause), count in run.causes.most_common()
            ],
        },
        "results": [_result(result) for result in run.results],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _result(result: TestResult) -> dict[str, Any]:
    return {
        "search": result.test.search,
        "test": result.test.name,
        **_place(result.test.location),
        "outcome": result.outcome.value.replace(" ", "_"),
        "counts": result.counts,
        "excuse": result.excuse or None,
        "compiles": True if result.compiles else None,
        "row_count": result.count,
        "rows": [dict(row) for row in result.rows],
        "failure": _failure(result.failure) if result.failure else None,
        "notes": list(result.notes),
        "seconds": round(result.seconds, 3),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    stages = [
        {"line": one.line, "text": one.text, "macro": one.macro or None, "rows": one.rows} for one in failure.stages
    ]
    return {
        "problem": failure.problem.replace(" ", "_"),
        "message": failure.message,
        "cause": failure.cause.value,
        **_place(failure.location),
        "reasons": [reason.strip() for reason in failure.reasons],
        "stages": stages,
    }


def _place(location: Location) -> dict[str, Any]:
    return {"file": location.file, "line": location.line or None, "column": location.column or None}
