"""For GitHub Actions: one workflow command per issue, shown beside the changed line of a pull request.

GitHub shows at most ten annotations of each severity per step; the rest is in the step's log.
"""

from __future__ import annotations

from storypack.issue import Issue, Severity
from storypack.report.results import Results
from storypack.report.text import printable, summary

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(results: Results) -> str:
    """Workflow commands (`::error file=…,line=…::message`), then the summary as a line of the log."""
    rows = [annotation(issue, f"{issue.rule} {results.title(issue.rule)}") for issue in results.issues]
    return "\n".join([*rows, summary(results)]) + "\n"


def annotation(issue: Issue, title: str) -> str:
    """The workflow command that shows an issue under a title."""
    place = issue.location
    properties = {"file": place.file, "title": title}
    if place.line:
        properties["line"] = str(place.line)
        if place.column:
            properties["col"] = str(place.column)
    message = issue.message + (f"\n{issue.cure}" if issue.cure else "")
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_COMMANDS[issue.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    """The message: a percent sign or a line end would be read as an escape or as the end of the command. Other control
    characters are spelt out, since logs are read in terminals, too."""
    return printable(text, keep="\t\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
