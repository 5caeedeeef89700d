"""An overlay: what one site changes in objects of the pack, without touching their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, NonNegativeInt, Tag, TypeAdapter

from storypack.pack.models.actions import Actions
from storypack.pack.models.base import Model, Text
from storypack.pack.models.detection import Severity, Throttling
from storypack.pack.models.schedule import SkewText, WindowText

KeyPath = tuple[str | int, ...]
Definition = Annotated[Text, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value)]
"""A number needs no quotes: most definitions that a site changes are thresholds."""


class Threshold(Model):
    """A comparison in the text of a search, as it stands there, and with other numbers."""

    was: Text = Field(description="As in the search, where it stands once: `count > 20`")
    becomes: Text = Field(description="The same with other numbers: `count > 50`")


class ScheduleChange(Model):
    """The keys of a schedule that differ; the others stay."""

    cron_schedule: Text | None = None
    earliest_time: Text | None = None
    latest_time: Text | None = None
    schedule_window: WindowText | None = None
    allow_skew: SkewText | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an overlay sets. `what` names it in the object that it changes, `key` is its place in the overlay.

    Two changes are of one thing if the `what` of one begins with that of the other."""

    what: KeyPath
    value: Any
    key: KeyPath


class OverlayBase(Model):
    """What every overlay says. A target is a name, or a glob over names (`AWS *`); an overlay that names an object
    goes before one whose glob fits it."""

    target: Text | list[Text] = Field(min_length=1, description="Names of objects of the pack, or globs over them")
    reason: Text = Field(description="Why this site differs: the next release will ask")

    @property
    def targets(self) -> list[str]:
        return [self.target] if isinstance(self.target, str) else self.target

    def changes(self) -> Iterator[Change]:
        """Each value that is set, in the order of the model; a value None is none."""
        for key in type(self).model_fields:
            value = getattr(self, key)
            if key not in _ABOUT and value is not None:
                yield from _changes(key, value)


_ABOUT = frozenset({"kind", *OverlayBase.model_fields})


def _changes(key: str, value: Any) -> Iterator[Change]:
    if isinstance(value, ScheduleChange):
        for name, item in value:
            if item is not None:
                yield Change((key, name), item, (key, name))
    elif key == "thresholds":
        for number, threshold in enumerate(value):
            yield Change((key, threshold.was), threshold, (key, number))
    elif key == "tests":
        for name, rows in value.items():
            yield Change((key, name), rows, (key, name))
    elif key == "actions":
        for name, parameters in value.items():
            if not parameters:  # switched off, or on without parameters
                yield Change((key, name), parameters, (key, name))
            for parameter, item in (parameters or {}).items():
                yield Change((key, name, parameter), item, (key, name, parameter))
    else:
        yield Change((key,), value, (key,))


def _partly_or_named(value: Any) -> str:
    return "partly" if isinstance(value, dict | ScheduleChange) else "named"


ChangedSchedule = Annotated[
    Annotated[Text, Tag("named")] | Annotated[ScheduleChange, Tag("partly")], Discriminator(_partly_or_named)
]


class SearchOverlay(OverlayBase):
    """What a site changes in a saved search."""

    enabled: bool | None = Field(default=None, description="Whether the app installs it switched on")
    schedule: ChangedSchedule | None = Field(default=None, description="A preset of schedules/, or keys that differ")
    actions: Actions = Field(default_factory=dict, description="Alert actions by name; false switches one off")
    thresholds: list[Threshold] = Field(default_factory=list, description="Numbers in the text of the search")
    tests: dict[Text, NonNegativeInt] = Field(
        default_factory=dict, description="Rows that tests give here, by the names of the tests; 0 = it stays silent"
    )


class BaselineOverlay(SearchOverlay):
    """What a site changes in baselines."""

    kind: Literal["baseline"]


class DetectionOverlay(SearchOverlay):
    """What a site changes in detections."""

    kind: Literal["detection"]
    filter: Text | None = Field(default=None, description='SPL of its filter macro: `search NOT user="backup-*"`')
    severity: Severity | None = Field(default=None, description="Of its finding; else the entity's score decides")
    throttling: Throttling | None = None


class MacroOverlay(OverlayBase):
    """What a site changes in macros."""

    kind: Literal["macro"]
    definition: Definition


class ScheduleOverlay(OverlayBase, ScheduleChange):
    """What a site changes in presets of schedules/."""

    kind: Literal["schedule"]


Overlay = DetectionOverlay | BaselineOverlay | MacroOverlay | ScheduleOverlay
OVERLAY: TypeAdapter[Overlay] = TypeAdapter(Annotated[Overlay, Field(discriminator="kind")])
KINDS_CHANGED = tuple(get_args(model.model_fields["kind"].annotation)[0] for model in get_args(Overlay))
"""The kinds of content that overlays change."""
