"""For editors and `grep`: an issue on each line, as compilers write them."""

from __future__ import annotations

from storypack.report.results import Results
from storypack.report.text import printable


def render_lines(results: Results) -> str:
    """`file:line:column: severity: message [rule]`; line and column 1 where an issue is about the file as a whole."""
    return "".join(
        printable(
            f"{issue.location.file}:{issue.location.line or 1}:{issue.location.column or 1}: "
            f"{issue.severity.value}: {' '.join(issue.message.split())} [{issue.rule}]",
            keep="",
        )
        + "\n"
        for issue in results.issues
    )
