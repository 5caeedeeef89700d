"""The kinds of content: one record each. What else there is per kind (rules, skeletons, what the app makes of it) is
registered under its name by the stage that has it; lists of kinds are made from this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter


@dataclass(frozen=True, slots=True)
class ContentKind:
    """A kind of content file.

    `name` is what rules, commands and messages call it; `folder` its folder in the pack. `models` names classes, which
    are imported when the first is asked for: they cost a fifth of a second. Where there are several, `told_by` is the
    key whose value tells which, and `union` names what makes any of them. `conf` = where the app holds nothing of the
    kind but stanzas, their conf: the file of the kind's name in `app_build/` makes them.
    """

    name: str
    folder: str
    models: Mapping[str, str]
    told_by: str = ""
    union: str = ""
    older_folders: tuple[str, ...] = ()
    has_search: bool = False
    has_tests: bool = False
    in_app: bool = False
    conf: str = ""
    is_spl_name: bool = False
    """Named as Splunk's searches name it; others have a title."""

    def model(self, data: Mapping[str, Any]) -> type[BaseModel]:
        """The class for this data; the first one where the data does not tell."""
        model: type[BaseModel] = _member(self.models.get(str(data.get(self.told_by)), next(iter(self.models.values()))))
        return model

    def adapter(self) -> TypeAdapter[Any]:
        """What makes a model of plain data, and the JSON Schema of it."""
        return _adapter(self.name)


def _one(model: str) -> Mapping[str, str]:
    return {"": model}


KINDS: Final = (
    ContentKind("detection", "detections", _one("detection.Detection"), has_search=True, has_tests=True, in_app=True),
    ContentKind("story", "stories", _one("story.Story"), in_app=True),
    ContentKind("baseline", "baselines", _one("baseline.Baseline"), has_search=True, has_tests=True, in_app=True),
    ContentKind(
        "investigation",
        "investigations",
        _one("investigation.Investigation"),
        has_search=True,
        has_tests=True,
        in_app=True,
    ),
    ContentKind("macro", "macros", _one("macro.Macro"), in_app=True, is_spl_name=True),
    ContentKind(
        "lookup",
        "lookups",
        {
            "csv": "lookup.CsvLookup",
            "kvstore": "lookup.KvStoreLookup",
            "external": "lookup.ExternalLookup",
            "mlmodel": "lookup.ModelLookup",
        },
        "lookup_type",
        "lookup.LOOKUP",
        in_app=True,
        is_spl_name=True,
    ),
    ContentKind("dashboard", "dashboards", _one("dashboard.Dashboard"), in_app=True),
    ContentKind("data_source", "data_sources", _one("data_source.DataSource")),
    ContentKind("schedule", "schedules", _one("schedule.NamedSchedule"), older_folders=("deployments",)),
)
"""In the order in which they are loaded and shown."""

SETTINGS: Final = ContentKind("settings", "", _one("settings.Settings"))
"""storypack.yml, of which each pack has one."""

OVERLAY: Final = ContentKind(
    "overlay",
    "overlays",
    {
        "detection": "overlay.DetectionOverlay",
        "baseline": "overlay.BaselineOverlay",
        "macro": "overlay.MacroOverlay",
        "schedule": "overlay.ScheduleOverlay",
    },
    "kind",
    "overlay.OVERLAY",
)
"""What a site changes in content. It is beside storypack.yml, wherever the content is, and no content itself."""

BY_NAME: Final = {kind.name: kind for kind in (*KINDS, SETTINGS, OVERLAY)}
BY_FOLDER: Final = {kind.folder: kind for kind in (*KINDS, OVERLAY)}


def content_folders(start: str = "") -> dict[str, str]:
    """The folders of content, those of older formats among them, and the kind that is in each. `start` = the folder
    that holds them, if the pack's own does not."""
    prefix = f"{start.rstrip('/')}/" if start else ""
    return {f"{prefix}{folder}": kind.folder for kind in KINDS for folder in (kind.folder, *kind.older_folders)}


def _member(path: str) -> Any:
    module, _, name = path.partition(".")
    return getattr(import_module(f"storypack.pack.models.{module}"), name)


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    kind = BY_NAME[name]
    return _member(kind.union) if kind.union else TypeAdapter(_member(*kind.models.values()))
