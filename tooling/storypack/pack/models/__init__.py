"""The models of the content, one file per kind. A model holds one object and never looks at another."""

from storypack.pack.models.baseline import Baseline
from storypack.pack.models.dashboard import Dashboard
from storypack.pack.models.data_source import DataSource
from storypack.pack.models.detection import Detection
from storypack.pack.models.investigation import Investigation
from storypack.pack.models.lookup import CsvLookup, ExternalLookup, KvStoreLookup, Lookup, ModelLookup
from storypack.pack.models.macro import Macro, MacroBody
from storypack.pack.models.schedule import NamedSchedule, Schedule
from storypack.pack.models.settings import Settings
from storypack.pack.models.story import Story

__all__ = [
    "Baseline",
    "CsvLookup",
    "Dashboard",
    "DataSource",
    "Detection",
    "ExternalLookup",
    "Investigation",
    "KvStoreLookup",
    "Lookup",
    "Macro",
    "MacroBody",
    "ModelLookup",
    "NamedSchedule",
    "Schedule",
    "Settings",
    "Story",
]
