"""What a build needs of a pack, in one plain value: models and the bytes of files, nothing of disk or clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from storypack.pack.kinds import ContentKind
from storypack.pack.models import (
    Baseline,
    Dashboard,
    DataSource,
    Detection,
    Investigation,
    Lookup,
    MacroBody,
    Schedule,
    Settings,
    Story,
)
from storypack.pack.models.base import Content, Model
from storypack.pack.overlays.record import Record

EPOCH = dt.date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class DashboardFile:
    """The definition of a dashboard: its file in the pack, and what is in it."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class TemplateFolder:
    """`app_template/` of contentctl: its path in the pack, and its files by path below it."""

    path: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class AppContent:
    """Everything that goes into an app. The order of the tuples is the order in the generated files."""

    settings: Settings
    detections: tuple[Detection, ...] = ()
    stories: tuple[Story, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    macros: tuple[MacroBody, ...] = ()  # the pack's and the generated filter macros
    lookups: tuple[Lookup, ...] = ()
    dashboards: tuple[Dashboard, ...] = ()
    data_sources: tuple[DataSource, ...] = ()
    others: Mapping[str, tuple[Content, ...]] = field(default_factory=dict)  # of kinds that name their conf, by folder
    schedules: Mapping[str, Schedule] = field(default_factory=dict)  # by id of the search
    csv: Mapping[str, bytes] = field(default_factory=dict)  # by name of the lookup
    models: Mapping[str, bytes] = field(default_factory=dict)  # .mlmodel files, by name in lookups/
    definitions: Mapping[str, DashboardFile] = field(default_factory=dict)  # by id of the dashboard
    app_files: Mapping[str, bytes] = field(default_factory=dict)  # app/, by path below it
    template: TemplateFolder = field(default_factory=lambda: TemplateFolder("", {}))  # app_template/
    license: bytes | None = None
    newest: dt.date = EPOCH  # the newest modification date of all content: the app's release date
    overlays: tuple[Record, ...] = ()  # what the site changed
    origins: Mapping[int, str] = field(default_factory=dict)  # id() of an object to its file, for error messages

    def of(self, kind: ContentKind) -> tuple[Model, ...]:
        """The objects of a kind that the app holds."""
        objects: tuple[Model, ...] = self.others[kind.folder] if kind.conf else getattr(self, kind.folder)
        return objects

    def technologies(self, names: list[str]) -> set[str]:
        """The add-ons that bring the data sources of these names."""
        wanted = set(names)
        return {ta.name for source in self.data_sources if source.name in wanted for ta in source.supported_TA}

    def origin(self, thing: object) -> str:
        """The content file of an object; empty where it is not known."""
        return self.origins.get(id(thing), "")
