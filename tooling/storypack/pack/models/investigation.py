"""An investigation: the ordered steps of a hunt, each with its question and its search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt

from storypack.pack.models.base import Content, Model, Text, matching
from storypack.pack.models.search import EventsTest, NowText, Row

InputName = Annotated[str, matching(r"^[A-Za-z_]\w*$", "letters, digits and _, as in src_user", 60)]
SpanText = Annotated[str, matching(r"^[0-9]+[smhd]$", "a number and s, m, h or d, as in 15m")]
EntityType = Literal["user", "system", "other"]

ENTITY_TYPES: dict[str, EntityType] = {"user": "user", "host": "system", "dest": "system", "src": "system"}
"""The entity that an input of this name stands for, where it does not say so."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

GIVEN = ("time", "earliest", "latest")
"""Tokens that every step has without asking: the moment and the step's range, in epoch seconds."""


class Window(Model):
    """How long before and after the moment in question a search looks."""

    before: SpanText = "24h"
    after: SpanText = "24h"

    @property
    def seconds(self) -> tuple[int, int]:
        """Both sides in seconds."""
        before, after = (int(side[:-1]) * _SECONDS[side[-1]] for side in (self.before, self.after))
        return before, after


class Input(Model):
    """What an analyst gives: a user, a host. Searches use it as `$name$`, or `$name|s$` for a quoted string."""

    name: InputName
    label: Text | None = None
    default: Text | None = Field(default=None, description="Without one the investigation asks for a value")
    entity: EntityType | None = Field(default=None, description="The entity of a finding that fills it")

    @property
    def entity_type(self) -> EntityType:
        """The type of entity that it stands for: its own, else what its name says."""
        return self.entity or ENTITY_TYPES.get(self.name, "other")


def _named(value: Any) -> Any:
    """`user` is short for `{name: user}`, as in the public format."""
    return {"name": value} if isinstance(value, str) else value


class Step(Model):
    """One step: what is asked, how it is searched for, and what an answer means."""

    name: Text
    description: Text = Field(description="The question")
    search: Text | None = None
    interpretation: Text | None = Field(default=None, description="What to look for in the answer")
    next_steps: Text | None = Field(default=None, description="What to do when there is an answer")
    mitre_attack_id: list[str] = Field(default_factory=list, description="Techniques that an answer speaks for")
    window: Window | None = Field(default=None, description="Around the moment in question; default: the whole's")
    earliest_time: Text | None = None
    latest_time: Text | None = None


class StepExpectation(Model):
    """What a step must answer in a test: so many rows, and rows that have these values."""

    step: Text
    expected_results: NonNegativeInt | None = None
    expected_rows: list[Row] = Field(default_factory=list)


class InvestigationTest(EventsTest):
    """A test: the steps run on these events with these inputs. Steps that `expected` does not name may answer
    anything, but must run."""

    inputs: dict[str, str] = Field(default_factory=dict)
    time: NowText = Field(description="The moment in question")
    expected: list[StepExpectation] = Field(min_length=1)


class Investigation(Content):
    """Steps in the order in which an analyst takes them. `inputs` are the tokens that searches use, as in `$user$`."""

    status: Literal["production", "experimental", "deprecated"]
    analytic_story: list[str]
    detections: list[str] = Field(default_factory=list)
    data_source: list[str] = Field(default_factory=list)
    mitre_attack_id: list[str] = Field(default_factory=list)
    inputs: list[Annotated[Input, BeforeValidator(_named)]] = Field(default_factory=list)
    window: Window = Field(default_factory=Window, description="Where steps look that have no window of their own")
    steps: list[Step] = Field(min_length=1)
    tests: list[InvestigationTest] = Field(default_factory=list)

    def searches(self) -> Iterator[tuple[str, str]]:
        """The searches of the steps that have one."""
        for number, step in enumerate(self.steps):
            if step.search:
                yield f"steps.{number}.search", step.search

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in order."""
        return [each.name for each in self.inputs]

    @property
    def texts(self) -> list[str]:
        """The searches of the steps that have one."""
        return [step.search for step in self.steps if step.search]

    def window_of(self, step: Step) -> Window:
        """Where a step looks: its own window, or the investigation's."""
        return step.window or self.window
