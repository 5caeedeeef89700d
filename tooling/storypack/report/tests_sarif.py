"""The results of `storypack test` as SARIF 2.1.0: a result for each test that failed or could not be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storypack.issue import Issue, Severity
from storypack.report.results import Results, RuleText
from storypack.report.sarif import render_sarif
from storypack.testing.results import Outcome, TestResult, TestRun


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    title: str
    why: str
    severity: Severity = Severity.ERROR
    example: str = "storypack test"
    cure: str = ""


_RULES: Mapping[str, RuleText] = {
    rule.id: rule
    for rule in (
        _Rule("test-failed", "Test failed", "The search gives other rows for the test's events than are expected."),
        _Rule("test-not-run", "Test not run", "The test could not be run, so nothing is known of the search."),
    )
}


def render_tests_sarif(run: TestRun) -> str:
    """The log. What does not make the run fail is a note."""
    issues = [_issue(result) for result in run.results if result.failure and result.outcome is not Outcome.PASSED]
    return render_sarif(Results(issues, [], rules=_RULES))


def _issue(result: TestResult) -> Issue:
    assert result.failure is not None
    id = "test-failed" if result.outcome is Outcome.FAILED else "test-not-run"
    severity = Severity.ERROR if result.counts else Severity.NOTE
    message = "\n".join([f"{result.test.name}: {result.failure.message}", *result.failure.reasons])
    return Issue(id, severity, message, result.failure.location, key=f"tests.{result.test.number}")
