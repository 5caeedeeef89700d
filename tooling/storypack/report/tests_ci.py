"""For CI servers: the results of `storypack test` as JUnit XML, and as annotations for GitHub."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree

from storypack.issue import Issue, Severity
from storypack.report.github import annotation
from storypack.report.junit import xml_text
from storypack.report.tests import summary
from storypack.testing.results import Outcome, TestResult, TestRun


def render_tests_junit(run: TestRun) -> str:
    """A test suite for each file, a test case for each test. A test that could not be run is an error if it counts,
    else skipped."""
    root = ElementTree.Element("testsuites", {"name": "storypack test", **_counts(run.results, run.seconds)})
    for file, group in groupby(run.results, key=lambda result: result.test.file):
        results = tuple(group)
        seconds = sum(result.seconds for result in results)
        suite = ElementTree.SubElement(root, "testsuite", {"name": xml_text(file), **_counts(results, seconds)})
        for result in results:
            _case(suite, result)
    ElementTree.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def _counts(results: tuple[TestResult, ...], seconds: float) -> dict[str, str]:
    kinds = [_kind(result) for result in results]
    return {
        "tests": str(len(results)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
        "time": f"{seconds:.3f}",
    }


def _kind(result: TestResult) -> str:
    if result.outcome is Outcome.PASSED:
        return ""
    if not result.counts:
        return "skipped"
    return "failure" if result.outcome is Outcome.FAILED else "error"


def _case(suite: ElementTree.Element, result: TestResult) -> None:
    attributes = {
        "classname": xml_text(result.test.search),
        "name": xml_text(result.test.name),
        "file": xml_text(result.test.file),
        "line": str(result.test.location.line),
        "time": f"{result.seconds:.3f}",
    }
    case = ElementTree.SubElement(suite, "testcase", attributes)
    kind = _kind(result)
    if kind and result.failure:
        message = result.failure.message + (f" ({result.excuse})" if result.excuse else "")
        told = ElementTree.SubElement(case, kind, {"message": xml_text(message)})
        if kind != "skipped":
            told.set("type", result.failure.problem)
            told.text = xml_text(_story(result))
    if result.notes:
        ElementTree.SubElement(case, "system-out").text = xml_text("\n".join(result.notes))


def _story(result: TestResult) -> str:
    failure = result.failure
    assert failure is not None
    return "\n".join([f"{failure.location}: {failure.message}", *failure.reasons])


def render_tests_github(run: TestRun) -> str:
    """Workflow commands, at the stage that decided where one did, then the summary as a line of the log."""
    rows = []
    for result in run.results:
        if result.failure and result.outcome is not Outcome.PASSED:
            severity = Severity.ERROR if result.counts else Severity.NOTE
            message = "\n".join([f"{result.test.name}: {result.failure.message}", *result.failure.reasons])
            issue = Issue("", severity, message, result.failure.location)
            rows.append(annotation(issue, f"test {result.outcome}"))
    return "\n".join([*rows, summary(run)]) + "\n"
