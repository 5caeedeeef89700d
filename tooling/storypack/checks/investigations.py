"""Investigations: inputs and the tokens that use them, ranges of steps, tests."""

from __future__ import annotations

from collections import Counter

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Investigation
from storypack.pack.models.investigation import GIVEN
from storypack.spelling import did_you_mean
from storypack.spl.inputs import tokens


@rule(
    "SP401",
    "Token without an input",
    on="investigation",
    why="Nobody is asked for its value: on the dashboard the step waits for ever, and 'storypack investigate' cannot "
    "run it.",
    example="inputs: [user]\nsteps:\n- {name: Hosts, description: ..., search: 'index=* host=$host|s$'}",
    cure="Add it to inputs. $time$, $earliest$ and $latest$ are always there: the moment and the step's range.",
)
def token_without_input(investigation: Investigation, context: Context) -> Faults:
    known = [*investigation.input_names, *GIVEN]
    for number, step in enumerate(investigation.steps):
        for token in tokens(step.search or ""):
            if token.name not in known:
                cure = did_you_mean(token.name, known) or "add it to inputs"
                yield Fault(f"no input is called '{token.name}'", f"steps.{number}.search", cure, offset=token.start)


@rule(
    "SP402",
    "Input that no step uses",
    on="investigation",
    policy=True,
    why="The analyst is asked for something that changes nothing.",
    example="inputs: [user, host]\nsteps:\n- {name: Files, description: ..., search: 'index=* user=$user|s$'}",
    cure="Use it in a step, or leave it out.",
)
def unused_input(investigation: Investigation, context: Context) -> Faults:
    used = {token.name for text in investigation.texts for token in tokens(text)}
    for number, name in enumerate(investigation.input_names):
        if name not in used:
            yield Fault(f"no step uses ${name}$", f"inputs.{number}")


@rule(
    "SP403",
    "Names of an investigation that are not unique",
    on="investigation",
    why="Tests and reports name steps, searches name inputs: of two with one name, only one can be meant. $time$, "
    "$earliest$ and $latest$ are taken.",
    example="inputs: [user, time]",
    cure="Choose another name.",
)
def names(investigation: Investigation, context: Context) -> Faults:
    for number, name in enumerate(investigation.input_names):
        if name in GIVEN:
            yield Fault(f"every step has ${name}$ without asking", f"inputs.{number}", "leave it out")
        elif name in investigation.input_names[:number]:
            yield Fault(f"two inputs are called '{name}'", f"inputs.{number}")
    counts = Counter(step.name for step in investigation.steps)
    for number, step in enumerate(investigation.steps):
        if counts[step.name] > 1:
            yield Fault(f"{counts[step.name]} steps are called '{step.name}'", f"steps.{number}.name")


@rule(
    "SP404",
    "Step with two ranges",
    on="investigation",
    why="A window lies around the moment in question, earliest_time and latest_time count from it; only the window "
    "would be used.",
    example="- {name: Files, description: ..., window: {before: 1h}, earliest_time: -7d}",
    cure="Keep one of them.",
)
def two_ranges(investigation: Investigation, context: Context) -> Faults:
    for number, step in enumerate(investigation.steps):
        if step.window is not None and (step.earliest_time or step.latest_time):
            yield Fault("the step has a window and a range of its own", f"steps.{number}.window")


@rule(
    "SP405",
    "Production investigation without a test",
    on="investigation",
    policy=True,
    severity=Severity.WARNING,
    why="An analyst takes an empty step for an answer. A test over events shows that each step finds what it asks for.",
    example="status: production\ntests: []",
    cure="Add a test with events, inputs, a time and what steps must answer, or set status: experimental.",
)
def no_test(investigation: Investigation, context: Context) -> Faults:
    if investigation.status != "production":
        return
    if not investigation.tests:
        yield Fault("the investigation has no test", "tests")
        return
    answered = {
        each.step
        for test in investigation.tests
        for each in test.expected
        if each.expected_results or each.expected_rows
    }
    for number, step in enumerate(investigation.steps):
        if step.search and step.name not in answered:
            yield Fault(f"no test expects rows of the step '{step.name}'", f"steps.{number}.name")


@rule(
    "SP406",
    "Test of an investigation that cannot pass",
    on="investigation",
    why="It names a step, an input or a file of events that is not there.",
    example="tests:\n- {name: Taken, time: '2026-11-02', inputs: {usr: mkraft}, expected: [{step: Files}]}",
    cure="Correct the name.",
)
def test_that_cannot_pass(investigation: Investigation, context: Context) -> Faults:
    steps, inputs = [step.name for step in investigation.steps], investigation.input_names
    needed = {each.name for each in investigation.inputs if each.default is None}
    for number, test in enumerate(investigation.tests):
        key = f"tests.{number}"
        for index, expectation in enumerate(test.expected):
            if expectation.step not in steps:
                message, cure = f"no step is called '{expectation.step}'", did_you_mean(expectation.step, steps)
                yield Fault(message, f"{key}.expected.{index}.step", cure)
        for name in test.inputs:
            if name not in inputs:
                yield Fault(f"no input is called '{name}'", f"{key}.inputs.{name}", did_you_mean(name, inputs))
        if missing := sorted(needed - test.inputs.keys()):
            yield Fault(f"the test gives no value for {', '.join(missing)}", f"{key}.inputs")
        for index, data in enumerate(test.attack_data):
            if "://" not in data.data and not context.size_of(data.data):
                yield Fault(f"there is no file '{data.data}', or it is empty", f"{key}.attack_data.{index}.data")
