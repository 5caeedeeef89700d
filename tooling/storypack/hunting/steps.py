"""An investigation over events: each step's search with the inputs filled in, in the step's window, in order."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from storypack import timemod
from storypack.engine.errors import EngineError
from storypack.engine.run import search
from storypack.engine.source import Source
from storypack.pack.models.investigation import GIVEN, Investigation, Step, Window
from storypack.spl.inputs import InputError, fill
from storypack.spl.macros import MacroDefinition
from storypack.timemod import TimeModifierError


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step answered. `number` counts from 1; `search` has its inputs filled in; `earliest` and `latest` are the
    range in epoch seconds (None = open). A step without a search has neither rows nor `error`."""

    number: int
    step: Step
    search: str = ""
    earliest: float | None = None
    latest: float | None = None
    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    fields: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def has_answer(self) -> bool:
        """Whether events speak for it."""
        return bool(self.rows)


def missing_inputs(investigation: Investigation, given: Mapping[str, str]) -> list[str]:
    """The inputs that have neither a value nor a default."""
    return [each.name for each in investigation.inputs if each.name not in given and each.default is None]


def investigate(
    investigation: Investigation,
    given: Mapping[str, str],
    moment: float | None,
    source: Source,
    macros: Mapping[str, MacroDefinition],
) -> Iterator[Answer]:
    """The answers, each as soon as it is there. `given` are values of inputs; `moment` (epoch seconds) is the time in
    question, and None asks all time. A step that cannot be run says why, and the others go on."""
    values = {each.name: each.default for each in investigation.inputs if each.default is not None} | dict(given)
    for number, step in enumerate(investigation.steps, start=1):
        yield _answer(number, step, investigation.window_of(step), values, moment, source, macros)


def _answer(
    number: int,
    step: Step,
    window: Window,
    values: Mapping[str, str],
    moment: float | None,
    source: Source,
    macros: Mapping[str, MacroDefinition],
) -> Answer:
    if step.search is None:
        return Answer(number, step)
    begin = time.perf_counter()
    now = time.time() if moment is None else moment
    try:
        earliest, latest = _range(step, window, moment)
        if moment is not None:
            now = max(moment, latest or moment)
        text = fill(step.search, {**values, **_moments(moment, earliest, latest)})
    except (InputError, TimeModifierError) as error:
        return Answer(number, step, step.search, error=str(error))
    try:
        result = search(text, source, macros, now, earliest=earliest, latest=latest)
    except EngineError as error:
        return Answer(number, step, text, earliest, latest, error=str(error))
    seconds = time.perf_counter() - begin
    rows = tuple(result.rows)
    return Answer(number, step, text, earliest, latest, rows, result.fields, result.warnings, seconds=seconds)


def _range(step: Step, window: Window, moment: float | None) -> tuple[float | None, float | None]:
    """A step's range. Its own earliest_time and latest_time count from the moment; without a moment it is all time."""
    if moment is None:
        return None, None
    if step.window is None and (step.earliest_time or step.latest_time):
        ends = (step.earliest_time, step.latest_time)
        earliest, latest = (timemod.resolve(each, moment) if each else None for each in ends)
        return earliest, latest
    before, after = window.seconds
    return moment - before, moment + after


def _moments(moment: float | None, earliest: float | None, latest: float | None) -> dict[str, str]:
    values = zip(GIVEN, (moment, earliest, latest), strict=True)
    return {name: f"{value:.15g}" for name, value in values if value is not None}
