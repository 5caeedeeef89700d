"""What detections and baselines share: a search, its data sources, its schedule and its tests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator

from storypack.pack.models.actions import Actions
from storypack.pack.models.base import Content, DeprecationInfo, Model, Product, SecurityDomain, Text, matching
from storypack.pack.models.schedule import Schedule, ScheduleOrName

Scalar = str | int | float | bool | None
Row = dict[str, Scalar | list[Scalar]]

NowText = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    matching(
        r"^\d{9,11}$|^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$",
        "a date and time such as 2026-11-22T09:30:00Z, or seconds since 1970",
    ),
]


DataPath = Annotated[
    str,
    matching(
        r"^(?:https?://[^\s]+|(?![/~]|[A-Za-z]+:)(?!(?:.*/)?\.\.(?:/|$))[^\\\x00-\x1f]+)$",
        "the path of a file inside the pack (no `..`), or a http(s) URL",
        500,
    ),
]


class AttackData(Model):
    """Events of a test: a file of the pack (or a URL, which is not fetched) and what Splunk would call it."""

    data: DataPath = Field(description="Path of a file of events, relative to the pack's folder, or a URL")
    sourcetype: Text
    source: Text | None = None
    host: Text | None = None
    index: Text | None = None


class EventsTest(Model):
    """What every test names: its events, and what it replaces in the pack for itself."""

    name: Text
    description: str | None = None
    attack_data: list[AttackData] = Field(default_factory=list)
    lookups: dict[str, list[Row]] = Field(default_factory=dict)
    macros: dict[str, str] = Field(default_factory=dict)


class SearchTest(EventsTest):
    """A test: run the search on these events and compare its rows.

    `expected_results` is the number of rows; 0 = must not fire; absent = at least one row. Each of `expected_rows` must
    match some row in all fields that it names. `now` is the time of the search (default: just after the last event).
    `lookups` and `macros` replace the pack's own for this test.
    """

    test_type: Literal["unit", "experimental"] = "unit"
    reason: Text | None = Field(default=None, description="Why this test is experimental")
    expected_results: NonNegativeInt | None = None
    expected_rows: list[Row] = Field(default_factory=list)
    now: NowText | None = None
    runs: list[NowText] = Field(
        default_factory=list,
        description="Moments at which the schedule runs; the rows are those that throttling leaves",
    )
    earliest_time: Text | None = None
    latest_time: Text | None = None

    @model_validator(mode="after")
    def _one_clock(self) -> SearchTest:
        if self.runs and (self.now, self.earliest_time, self.latest_time) != (None, None, None):
            raise ValueError(
                "`runs` has the schedule's window at each moment; leave out now, earliest_time, latest_time"
            )
        return self


class Search(Content):
    """A saved search of the pack."""

    status: Literal["production", "experimental", "deprecated"]
    search: Text = Field(description="SPL")
    how_to_implement: Text
    known_false_positives: str
    data_source: list[str] = Field(
        default_factory=list, description="Names of data sources; `A AND B` where the search needs both"
    )
    security_domain: SecurityDomain = "threat"
    product: list[Product] = Field(default_factory=list)
    schedule: ScheduleOrName | None = Field(default=None, description="A preset of schedules/, or a schedule inline")
    custom_schedule: Schedule | None = Field(default=None, description="A schedule inline, as the public format has it")
    atomic_guid: list[str] = Field(default_factory=list)
    tests: list[SearchTest] = Field(default_factory=list)
    deprecation_info: DeprecationInfo | None = None
    enabled_by_default: bool = False
    actions: Actions = Field(default_factory=dict, description="Alert actions by name, with their parameters")

    @property
    def data_sources(self) -> list[str]:
        """Every data source that is named, `A AND B` taken apart, in order and once each."""
        return list(dict.fromkeys(part for entry in self.data_source for part in entry.split(" AND ")))
