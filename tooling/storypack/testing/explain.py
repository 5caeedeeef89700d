"""What to tell the author of a test that failed: what came, where the rest was lost, and which values decided."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from storypack.engine.errors import EngineError
from storypack.issue import Location
from storypack.pack.models.detection import Detection
from storypack.pack.models.search import Search, SearchTest
from storypack.spl import tree
from storypack.testing.compare import matches, nearest, same_value
from storypack.testing.reasons import why_lost, why_passed
from storypack.testing.results import Failure, Problem, Row, StageCount
from storypack.testing.stages import near_name
from storypack.testing.trace import Trace, show

SHOWN_ROWS = 3
SHOWN_FIELDS = 8
MAX_LINES = 8


def difference(test: SearchTest, rows: Sequence[Row]) -> tuple[Problem, str] | None:
    """What is wrong with the rows that came, in a word and in a line; None if they are what the test expects."""
    wanted, got = test.expected_results, len(rows)
    if wanted is None and not got:
        return "missing rows", "expected at least 1 row, got none"
    if wanted is not None and got != wanted:
        number = f"{_rows(wanted) if wanted else 'no row'}"
        problem: Problem = "missing rows" if got < wanted else "unexpected rows"
        return problem, f"expected {number}, got {got or 'none'}"
    missing = _unmatched(test, rows)
    if missing:
        which = (
            "the expected row"
            if len(test.expected_rows) == 1
            else f"{len(missing)} of the {len(test.expected_rows)} expected rows"
        )
        return "wrong rows", f"{which} did not come"
    return None


def failure(
    problem: Problem, message: str, test: SearchTest, rows: Sequence[Row], search: Search, trace: Trace, at: Location
) -> Failure:
    """The whole story of a failed test. `at` is the place of the test, for want of a better one."""
    location = at
    reasons: list[str] = []
    if problem == "missing rows":
        location, reasons = _lost(trace, at)
    if rows:
        reasons += _about_rows(test, rows)
    if problem == "unexpected rows":
        reasons += [show_row(number, row, search) for number, row in enumerate(rows[:SHOWN_ROWS], 1)]
        if len(rows) > SHOWN_ROWS:
            reasons.append(f"… and {_rows(len(rows) - SHOWN_ROWS)} more")
        reasons += _passed(trace)
    return Failure(problem, message, location, tuple(dict.fromkeys(reasons)), _counts(trace))


def _lost(trace: Trace, at: Location) -> tuple[Location, list[str]]:
    """The stage at which the last row was lost; if some are left, each that dropped rows."""
    if not trace.events:
        held = "the test's files hold no events" if trace.no_events else "no event lies within the search's time range"
        if not trace.stages or not trace.reads_tables:
            return at, [held, *trace.time_facts()]
    lost = trace.lost_at
    if lost is not None:
        stage = trace.stages[lost]
        before = trace.count_before(lost)
        noun = "row" if lost else "event"
        came = {1: f"the only {noun} was", 2: f"both {noun}s were"}.get(before, f"all {before} {noun}s were")
        head = f"{came} lost at stage {lost + 1} ({stage.place}): {stage.text}"
        place, lines = _why(trace, lost)
        return place, [head, *lines, *_lost_before(trace, lost)]
    found: list[str] = []
    for number in reversed(range(len(trace.stages))):
        if trace.counts[number] < trace.count_before(number) and len(found) < MAX_LINES:
            found += [_partly(trace, number), *_why(trace, number)[1]]
    return at, found


def _lost_before(trace: Trace, lost: int) -> list[str]:
    """The last condition before that one that dropped some of the rows: perhaps the wrong ones."""
    for number in reversed(range(1, lost)):
        node = trace.stages[number].node
        if isinstance(node, tree.Search | tree.Where) and trace.counts[number] < trace.count_before(number):
            return [_partly(trace, number), *_why(trace, number)[1]]
    return []


def _partly(trace: Trace, number: int) -> str:
    stage = trace.stages[number]
    left, before = trace.counts[number], trace.count_before(number)
    return f"stage {number + 1} ({stage.place}) had left {left} of {_rows(before)}: {stage.text}"


def _why(trace: Trace, at: int) -> tuple[Location, list[str]]:
    """Where and why a stage dropped rows. Reasons are a help: where they cannot be found, the rest is told without."""
    try:
        why = why_lost(trace, at)
    except EngineError as error:
        return trace.stages[at].location, [f"  (why could not be found out: {error.message})"]
    return trace.staged.location(why.part.span), ["  " + line for line in why.lines]


def _passed(trace: Trace) -> list[str]:
    try:
        return why_passed(trace)
    except EngineError:
        return []


def _counts(trace: Trace) -> tuple[StageCount, ...]:
    return tuple(
        StageCount(stage.location.line, stage.text, count, stage.macro)
        for stage, count in zip(trace.stages, trace.counts, strict=True)
    )


# --- rows -----------------------------------------------------------------------------------------------------------


def _unmatched(test: SearchTest, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    return [expected for expected in test.expected_rows if not any(matches(row, expected) for row in rows)]


def _about_rows(test: SearchTest, rows: Sequence[Row]) -> list[str]:
    """For each expected row that did not come, how the nearest one differs; for too many rows, in which fields they
    differ from one another."""
    found = []
    for expected in _unmatched(test, rows):
        at = nearest(rows, expected)
        row = rows[at]
        agreed = sum(same_value(row.get(name), value) for name, value in expected.items())
        of = f"row {at + 1}, the nearest of {len(rows)}," if len(rows) > 1 else "the row"
        found.append(f"{of} has {agreed} of the {len(expected)} expected values:")
        for name, value in expected.items():
            if not same_value(row.get(name), value):
                found.append("  " + _wrong_value(name, value, row, rows))
    if test.expected_results and len(rows) > test.expected_results:
        names = dict.fromkeys(name for row in rows for name in row)
        differing = [name for name in names if any(not same_value(row.get(name), rows[0].get(name)) for row in rows)]
        if differing:
            found.append(f"the rows differ in {', '.join(differing[:SHOWN_FIELDS])}")
        else:
            found.append("the rows are all alike")
    return found


def _wrong_value(name: str, expected: Any, row: Row, rows: Sequence[Row]) -> str:
    """`user: expected "a", got "b"`, with the column that was meant if there is none of this name."""
    text = f"{name}: expected {show(expected)}, got {show(row.get(name))}"
    if any(name in each for each in rows):
        return text
    near = near_name(name, sorted({other for each in rows for other in each}))
    return f"{text}; no row has this column" + (f", did you mean `{near}`?" if near else "")


def show_row(number: int, row: Row, search: Search) -> str:
    """`row 1: user="a", src="b" …`: the fields that its finding names first."""
    first: list[str] = []
    if isinstance(search, Detection):
        title = search.finding.title if search.finding else ""
        first = [entity.field for entity in search.entities] + re.findall(r"\$([^$\s]+)\$", title)
    times = [name for name in ("firstTime", "lastTime", "count") if name in row]
    rest = [name for name in row if name not in times]
    names = [name for name in dict.fromkeys([*first, *rest, *times]) if name in row and not name.startswith("_")]
    listed = ", ".join(f"{name}={show(row[name])}" for name in names[:SHOWN_FIELDS])
    more = len(names) - SHOWN_FIELDS
    return f"row {number}: {listed}" + (f", and {more} more fields" if more > 0 else "")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
