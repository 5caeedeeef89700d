"""For people: issues grouped by file, the source line with the fault marked, the cure, and a summary.

detections/cloud/share.yml
  12:13 error SP123 score is 900; it must lie between 0 and 100
     |       score: 900
     |              ^
     = write 90
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from textwrap import wrap

from storypack.issue import Issue, Severity
from storypack.report.results import Results, plural

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_BOLD, _DIM = "1", "2"
_GUTTER = "     | "
_MANY = 30  # issues, from which on the rules with the most are counted
_TOO_MANY = 200  # issues, from which on nobody reads them one by one before knowing where to begin
_WORST = 15  # rules and files of an overview


def render_text(results: Results, *, width: int = 100, colour: bool = False, details: bool | None = None) -> str:
    """The report for a terminal of `width` columns; ANSI colours only if asked for. `details` = each issue, or only an
    overview; None = whichever is of use."""
    width = max(width, 40)
    lines: list[str] = []
    if not (len(results.issues) <= _TOO_MANY if details is None else details):
        return "\n".join([*_overview(results, width, colour), "", summary(results, colour=colour)]) + "\n"
    for file, issues in groupby(results.issues, key=lambda issue: issue.location.file):
        lines.append(_paint(printable(file), _BOLD, colour))
        source = [line.removesuffix("\r") for line in results.sources.get(file, "").split("\n")]
        for issue in issues:
            lines.extend(_issue(issue, source, width, colour))
        lines.append("")
    if len(results.issues) > _MANY:
        lines += [*_most_frequent(results), ""]
    lines.append(summary(results, colour=colour))
    return "\n".join(lines) + "\n"


def _overview(results: Results, width: int, colour: bool) -> Iterator[str]:
    """Where to begin when there is very much: errors before warnings, rules with the most issues, the worst files."""
    for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE):
        counted = Counter(issue.rule for issue in results.issues if issue.severity is severity)
        if counted:
            yield _paint(f"{plural(counted.total(), severity.value)} of {plural(len(counted), 'rule')}", _BOLD, colour)
            yield from _ranked(counted, lambda rule: f"{rule} {results.title(rule)}", width)
            yield ""
    worst = Counter(issue.location.file for issue in results.issues if issue.severity is Severity.ERROR)
    if worst:
        yield _paint(f"{plural(len(worst), 'file')} with errors", _BOLD, colour)
        yield from _ranked(worst, printable, width)
        yield ""
    advice = "--details shows each issue, --only NAME those of one object; --baseline FILE accepts what is there"
    yield from wrap(advice, width, break_on_hyphens=False)


def _ranked(counted: Counter[str], title: Callable[[str], str], width: int) -> Iterator[str]:
    wide = len(f"{max(counted.values()):,}")
    for name, number in counted.most_common(_WORST):
        line = f"  {number:>{wide},} x {title(name)}"
        yield line if len(line) <= width else f"{line[: width - 1]}…"
    if len(counted) > _WORST:
        yield f"  {'':>{wide}}   and {len(counted) - _WORST:,} others"


def _most_frequent(results: Results) -> Iterator[str]:
    """Where to begin when there is much: the rules with the most issues."""
    counted = Counter(issue.rule for issue in results.issues).most_common(5)
    wide = len(f"{counted[0][1]:,}")
    yield "most of them are of"
    for rule, number in counted:
        yield f"  {number:>{wide},} x {rule} {results.title(rule)}"


def summary(results: Results, *, colour: bool = False) -> str:
    """The last line: `checked 61 files: 2 errors, 1 warning`."""
    errors, warnings, notes = (results.count(severity) for severity in Severity)
    parts = [plural(errors, "error"), plural(warnings, "warning")]
    parts += [plural(notes, "note")] if notes else []
    parts += [f"{results.silenced} silenced"] if results.silenced else []
    parts += [f"{results.accepted:,} accepted"] if results.accepted else []
    counted = ", ".join(parts) if any((errors, warnings, notes, results.silenced, results.accepted)) else "no issues"
    code = _COLOURS[Severity.ERROR] if errors else _COLOURS[Severity.WARNING] if warnings else "32"
    return f"checked {plural(len(results.checked), 'file')}: {_paint(counted, code, colour)}"


def printable(text: str, keep: str = "\t") -> str:
    """The text with control characters spelt out, but those in `keep`: what a pack says must not steer the reader's
    terminal."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode("ascii") for c in text)


def _issue(issue: Issue, source: list[str], width: int, colour: bool) -> Iterator[str]:
    line, column = issue.location.line, issue.location.column
    place = f"{line}:{column}" if line and column else str(line) if line else ""
    head = f"  {place + ' ' if place else ''}{issue.severity.value} {issue.rule} "
    first, *rest = wrap(printable(issue.message), width - len(head), break_on_hyphens=False) or [""]
    painted = head.replace(issue.severity.value, _paint(issue.severity.value, _COLOURS[issue.severity], colour), 1)
    yield f"{painted}{first}"
    indent = " " * 5
    for row in wrap(" ".join(rest), width - len(indent), break_on_hyphens=False):
        yield indent + row
    if 0 < line <= len(source) and source[line - 1].strip():
        for row in _excerpt(source[line - 1], column, width - len(_GUTTER)):
            yield _paint(_GUTTER, _DIM, colour) + row
    if issue.cure:
        rows = wrap(printable(issue.cure), width - len(_GUTTER), break_on_hyphens=False)
        yield from (
            _paint("     = " if not number else "       ", _DIM, colour) + row for number, row in enumerate(rows)
        )


def _excerpt(line: str, column: int, width: int) -> Iterator[str]:
    """The source line, cut to `width` around the fault, and a caret under it."""
    at = min(max(column - 1, 0), len(line))
    start = 0
    if len(line) > width:
        start = max(0, min(at - width // 2, len(line) - width))
    piece = line[start : start + width]
    shown = [printable(c).replace("\t", " ") for c in piece]
    if start:
        shown[0] = "…"
    if start + width < len(line):
        shown[-1] = "…"
    yield "".join(shown)
    if column:
        yield " " * sum(map(_columns, shown[: at - start])) + "^"


def _columns(text: str) -> int:
    """Columns of a terminal that the text takes: an ideograph two, a combining mark none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
