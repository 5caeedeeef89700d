"""When a search runs and over which time: inline in a search, or a named preset in `schedules/`.

Keys are those of savedsearches.conf.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from storypack.pack.models.actions import Actions
from storypack.pack.models.base import Content, Model, Text, matching

_WORDS = BeforeValidator(lambda value: str(value) if type(value) is int else value)
WindowText = Annotated[str, _WORDS, matching(r"^(?:auto|\d+)$", "`auto` or a number of minutes")]
SkewText = Annotated[
    str, _WORDS, matching(r"^(?:0|\d+%|\d+(?:s|m|h|d)?)$", "0, a percentage such as 100%, or a duration such as 5m")
]


SearchType = Literal["TTP", "Anomaly", "Hunting", "Correlation", "Baseline"]


class Schedule(Model):
    """A cron and a time window. `earliest_time` and `latest_time` are Splunk time modifiers."""

    cron_schedule: Text
    earliest_time: Text
    latest_time: Text
    schedule_window: WindowText = Field(default="auto", description="`auto`, or minutes that a run may wait")
    allow_skew: SkewText | None = Field(default=None, description="`allow_skew` of savedsearches.conf")
    actions: Actions = Field(default_factory=dict, description="Alert actions by name, with their parameters")


OLDER_DEFAULT = Schedule(cron_schedule="0 * * * *", earliest_time="-70m@m", latest_time="-10m@m")
"""What contentctl 3 takes for a search that no deployment is for."""


class NamedSchedule(Content, Schedule):
    """A preset that searches choose by its name or its file name."""

    default_for: list[SearchType] = Field(
        default_factory=list, description="Types of searches that run on it unless they name another schedule"
    )

    @property
    def schedule(self) -> Schedule:
        """The bare schedule of this preset."""
        return Schedule.model_construct(**{key: getattr(self, key) for key in Schedule.model_fields})


def _inline_or_named(value: Any) -> str:
    return "inline" if isinstance(value, dict | Schedule) else "named"


ScheduleOrName = Annotated[
    Annotated[Text, Tag("named")] | Annotated[Schedule, Tag("inline")], Discriminator(_inline_or_named)
]
