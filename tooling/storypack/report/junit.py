"""For CI servers: JUnit XML with a test case per file, failed by its errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from xml.etree import ElementTree

from storypack.issue import Issue, Severity
from storypack.report.results import Results

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(results: Results) -> str:
    """The document. Warnings and notes do not fail a file; they stand in its output."""
    by_file: dict[str, list[Issue]] = {file: [] for file in sorted(results.checked)}
    for issue in results.issues:
        by_file.setdefault(issue.location.file, []).append(issue)
    failed = sum(any(issue.severity is Severity.ERROR for issue in issues) for issues in by_file.values())
    counts = {"tests": str(len(by_file)), "failures": str(failed), "errors": "0", "skipped": "0"}
    root = ElementTree.Element("testsuites", {"name": "storypack validate", **counts})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "validate", **counts})
    for file, issues in by_file.items():
        _case(suite, file, issues)
    ElementTree.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(root, encoding='unicode')}\n"


def xml_text(text: str) -> str:
    """The text with every character that XML 1.0 cannot carry spelt out."""
    return _NOT_XML.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _case(suite: ElementTree.Element, file: str, issues: Sequence[Issue]) -> None:
    folder = ".".join(PurePosixPath(file).parent.parts) or "."
    attributes = {"classname": xml_text(folder), "name": xml_text(PurePosixPath(file).name), "file": xml_text(file)}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    others = [issue for issue in issues if issue.severity is not Severity.ERROR]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        message = f"{errors[0].rule}: {errors[0].message}{more}"
        failure = ElementTree.SubElement(case, "failure", {"type": errors[0].rule, "message": xml_text(message)})
        failure.text = "\n".join(map(_line, errors))
    if others:
        ElementTree.SubElement(case, "system-out").text = "\n".join(map(_line, others))


def _line(issue: Issue) -> str:
    cure = f" ({issue.cure})" if issue.cure else ""
    return xml_text(f"{issue.location}: {issue.severity.value} {issue.rule}: {issue.message}{cure}")
