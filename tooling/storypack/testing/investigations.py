"""One test of an investigation: its steps over the test's events, and their answers against what is expected."""

from __future__ import annotations

from storypack.engine.errors import UnreadableFile
from storypack.hunting.steps import Answer, investigate, missing_inputs
from storypack.pack.models.investigation import Investigation, InvestigationTest, StepExpectation
from storypack.pack.models.search import SearchTest
from storypack.pack.pack import Entry
from storypack.testing.clock import epoch
from storypack.testing.explain import difference
from storypack.testing.results import KEPT_ROWS, Failure, Outcome, PlannedTest, Problem, TestResult
from storypack.testing.setting import Setting


def run_investigation_test(planned: PlannedTest, entry: Entry[Investigation], setting: Setting) -> TestResult:
    """A test and what became of it. The first step that does not answer as expected decides."""
    test = entry.model.tests[planned.number]
    if missing := missing_inputs(entry.model, test.inputs):
        return _failed(planned, "not run", f"the test gives no value for {', '.join(missing)}", entry, ("tests",))
    moment = epoch(test.time)
    try:
        with setting.source(test) as source:
            source.clock = moment
            answers = list(investigate(entry.model, test.inputs, moment, source, setting.macros_of(test)))
    except UnreadableFile as error:
        return TestResult(planned, Outcome.NOT_RUN, failure=Failure("not run", str(error), planned.location))
    for answer in answers:
        if answer.error:
            message = f"step {answer.number}, {answer.step.name}: {answer.error}"
            return _failed(planned, "search error", message, entry, ("steps", answer.number - 1, "search"))
    expected = {each.step: (number, each) for number, each in enumerate(test.expected)}
    for answer in answers:
        number, expectation = expected.get(answer.step.name, (0, None))
        if expectation is not None and (wrong := difference(_as_search_test(test, expectation), answer.rows)):
            problem, message = wrong
            path = ("tests", planned.number, "expected", number)
            return _failed(
                planned, problem, f"step {answer.number}, {answer.step.name}: {message}", entry, path, answer
            )
    rows = sum(len(answer.rows) for answer in answers)
    return TestResult(planned, Outcome.PASSED, rows)


def _as_search_test(test: InvestigationTest, expectation: StepExpectation) -> SearchTest:
    return SearchTest(
        name=test.name,
        expected_results=expectation.expected_results,
        expected_rows=expectation.expected_rows,
    )


def _failed(
    planned: PlannedTest,
    problem: Problem,
    message: str,
    entry: Entry[Investigation],
    path: tuple[str | int, ...],
    answer: Answer | None = None,
) -> TestResult:
    rows = answer.rows if answer else ()
    reasons = (f"it searched: {answer.search}",) if answer else ()
    story = Failure(problem, message, entry.at(*path), reasons)
    outcome = Outcome.NOT_RUN if problem == "not run" else Outcome.FAILED
    return TestResult(planned, outcome, len(rows), tuple(rows[:KEPT_ROWS]), failure=story)
