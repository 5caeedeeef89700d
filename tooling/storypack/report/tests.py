"""For people: what `storypack test` found. A failed test says what came, where the rest was lost, and why.

FAILED detections/cloud/share.yml:52  Shared with an outside account
  expected 1 row, got none
  all 3 events were lost at stage 1 (line 41): search errorCode="success"
    errorCode was null in 3 of 3 rows
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from storypack.report.results import plural
from storypack.report.text import printable
from storypack.testing.results import Cause, Outcome, StageCount, TestResult, TestRun

_RED, _GREEN, _YELLOW, _BOLD, _DIM = "31", "32", "33", "1", "2"


def render_tests(run: TestRun, *, width: int = 100, colour: bool = False, verbose: bool = False) -> str:
    """The report for a terminal of `width` columns. Passed tests are listed only if `verbose`."""
    width = max(width, 40)
    lines: list[str] = []
    for _, results in groupby(run.results, key=lambda result: result.test.file):
        for result in results:
            lines += _result(result, width, colour, verbose)
    lines += _causes(run)
    lines.append(summary(run, colour=colour))
    return "\n".join(lines) + "\n"


def _causes(run: TestRun) -> Iterator[str]:
    """A line for each cause that keeps tests from running or passing, where there is more than one test to tell of."""
    if sum(run.causes.values()) < 2 or not set(run.causes) - {(Outcome.FAILED, Cause.OTHER)}:
        return
    for (outcome, cause), count in run.causes.most_common():
        same = [each for each in run.results if each.failure and (each.outcome, each.failure.cause) == (outcome, cause)]
        compiling = sum(each.compiles for each in same)
        more = f" ({compiling} of their searches compile)" if compiling else ""
        yield f"{count:>6} {outcome}: {cause}{more}"


def summary(run: TestRun, *, colour: bool = False) -> str:
    """The last line: `204 tests: 203 passed, 1 not run (9.8 s)`."""
    counts = [(outcome, run.count(outcome)) for outcome in Outcome]
    parts = ", ".join(f"{number} {outcome}" for outcome, number in counts if number) or "none"
    code = _RED if run.failed else _GREEN if run.count(Outcome.PASSED) == len(run.results) else _YELLOW
    earlier = f", {run.unchanged} of them in an earlier run, and unchanged" if run.unchanged else ""
    return f"{plural(len(run.results), 'test')}: {_paint(parts, code, colour)}{earlier} ({run.seconds:.1f} s)"


def title(result: TestResult) -> str:
    """What became of a test, in a word that catches the eye where it matters."""
    return str(result.outcome).upper() if result.counts else str(result.outcome)


def _result(result: TestResult, width: int, colour: bool, verbose: bool) -> Iterator[str]:
    if result.outcome is Outcome.PASSED and not verbose and not result.notes:
        return
    code = _RED if result.counts else _GREEN if result.outcome is Outcome.PASSED else _YELLOW
    head = f"{_paint(title(result), code, colour)} {_paint(printable(str(result.test.location)), _BOLD, colour)}"
    yield f"{head}  {printable(result.test.name)}"
    if result.failure:
        yield from _wrapped(result.failure.message, width, "  ")
        for reason in result.failure.reasons:
            yield from _wrapped(reason, width, "  ")
        if result.failure.location != result.test.location:
            yield _paint(f"  at {printable(str(result.failure.location))}", _DIM, colour)
        for line in _stages(result.failure.stages, width):
            yield _paint(line, _DIM, colour)
    if result.excuse:
        yield from _wrapped(f"does not count: {result.excuse}", width, "  ")
    for note in result.notes:
        yield from _wrapped(f"note: {note}", width, "  ")
    if result.failure or result.notes:
        yield ""


def _stages(stages: tuple[StageCount, ...], width: int) -> Iterator[str]:
    """Rows after each stage, as far as the first that left none; runs of stages that change nothing are left out."""
    if not stages:
        return
    yield "  rows after each stage:"
    before: int | None = None
    for number, stage in enumerate(stages, 1):
        if stage.rows != before or number in (1, len(stages)):
            text = printable(f"{stage.text}" + (f"  (`{stage.macro}`)" if stage.macro else ""))
            yield _cut(f"  {stage.rows:>8}  line {stage.line:<4} {text}", width)
        before = stage.rows
        if not stage.rows:
            return


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    depth = len(text) - len(text.lstrip(" "))
    indent += " " * depth
    rows = wrap(printable(text.strip()), width - len(indent) - 2, break_on_hyphens=False) or [""]
    for number, row in enumerate(rows):
        yield f"{indent}{'  ' if number else ''}{row}"


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
