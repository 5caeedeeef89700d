"""The confs that are made from content, each stanza with the file that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from typing import Any

from storypack.app_build import analyticstories as library
from storypack.app_build.annotations import TacticsOf
from storypack.app_build.collections import collection
from storypack.app_build.content import AppContent
from storypack.app_build.detections_lookup import detections_file, detections_lookup_name
from storypack.app_build.investigations import drilldown_dashboards
from storypack.app_build.macros import macro_stanza
from storypack.app_build.names import baseline_stanza, detection_stanza, step_stanza
from storypack.app_build.savedsearches import baseline_search, detection_search, investigation_searches
from storypack.app_build.transforms import lookup_definition
from storypack.conf import Conf, Stanza
from storypack.pack.kinds import KINDS
from storypack.pack.models import KvStoreLookup


@dataclass(slots=True)
class ConfFile:
    """One conf while it is put together. `origins` has the content file of each stanza, for error messages."""

    name: str
    stanzas: list[Stanza] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, stanza: Stanza | None, origin: str = "") -> None:
        if stanza is not None:
            self.stanzas.append(stanza)
            self.origins.setdefault(stanza.name, origin)

    @property
    def conf(self) -> Conf:
        return Conf(tuple(self.stanzas))


def conf_files(content: AppContent, tactics_of: TacticsOf) -> list[ConfFile]:
    """The confs that follow from the content; those without a stanza are left out."""
    searches = savedsearches(content, tactics_of)
    files = [searches, analyticstories(content, searches), macros(content), transforms(content), collections(content)]
    return [file for file in [*files, *of_kinds(content)] if file.stanzas]


def savedsearches(content: AppContent, tactics_of: TacticsOf) -> ConfFile:
    """A stanza for each detection, baseline and step of an investigation that has a search."""
    file, settings = ConfFile("savedsearches"), content.settings
    for detection in content.detections:
        schedule = content.schedules[detection.id]
        dashboards = drilldown_dashboards(content, detection)
        file.add(detection_search(settings, detection, schedule, tactics_of, dashboards), content.origin(detection))
    for baseline in content.baselines:
        file.add(baseline_search(settings, baseline, content.schedules[baseline.id]), content.origin(baseline))
    for investigation in content.investigations:
        for stanza in investigation_searches(settings, investigation):
            file.add(stanza, content.origin(investigation))
    return file


def analyticstories(content: AppContent, searches: ConfFile) -> ConfFile:
    """Stories first, then what the library shows of each search; annotations are those of the saved searches."""
    file, settings = ConfFile("analyticstories"), content.settings
    entries = [*_detections(content, searches.conf), *_baselines(content), *_steps(content)]
    for story in content.stories:
        names = [entry.name.removeprefix(library.SEARCH) for entry, stories, _ in entries if story.name in stories]
        file.add(library.story_stanza(settings, story, names), content.origin(story))
    for entry, _, origin in entries:
        file.add(entry, origin)
    return file


_Entry = tuple[Stanza, list[str], str]  # a stanza of the library, the stories that it belongs to, its content file


def _detections(content: AppContent, searches: Conf) -> Iterator[_Entry]:
    annotations = {stanza.name: stanza.get("action.correlationsearch.annotations") for stanza in searches}
    for detection in content.detections:
        name = detection_stanza(content.settings, detection)
        technologies = content.technologies(detection.data_sources)
        stanza = library.detection_stanza(name, detection, annotations[name], technologies)
        yield stanza, detection.analytic_story, content.origin(detection)


def _baselines(content: AppContent) -> Iterator[_Entry]:
    for baseline in content.baselines:
        name = baseline_stanza(content.settings, baseline)
        stanza = library.baseline_stanza(name, baseline, content.technologies(baseline.data_sources))
        used_by = (d.analytic_story for d in content.detections if baseline.name in d.baselines)
        yield stanza, [*baseline.analytic_story, *chain.from_iterable(used_by)], content.origin(baseline)


def _steps(content: AppContent) -> Iterator[_Entry]:
    for investigation in content.investigations:
        for number, step in enumerate(investigation.steps, start=1):
            if step.search:
                name = step_stanza(content.settings, investigation, number)
                stanza = library.step_stanza(name, investigation, number)
                yield stanza, investigation.analytic_story, content.origin(investigation)


def macros(content: AppContent) -> ConfFile:
    """A stanza for each macro, those of the filters included."""
    file = ConfFile("macros")
    for macro in content.macros:
        file.add(macro_stanza(macro), content.origin(macro))
    return file


def transforms(content: AppContent) -> ConfFile:
    """The pack's lookups, and the generated one of its detections."""
    file = ConfFile("transforms")
    if content.detections:
        generated = Stanza(detections_lookup_name(content.settings), {"filename": detections_file(content)})
        file.add(generated, "storypack.yml")
    for lookup in content.lookups:
        file.add(lookup_definition(content.settings, lookup), content.origin(lookup))
    return file


def collections(content: AppContent) -> ConfFile:
    """KV Store collections. Two lookups may read one collection; then the first one's fields say what is in it."""
    file = ConfFile("collections")
    for lookup in content.lookups:
        if isinstance(lookup, KvStoreLookup) and (lookup.collection or lookup.name) not in file.origins:
            file.add(collection(lookup), content.origin(lookup))
    return file


def of_kinds(content: AppContent) -> list[ConfFile]:
    """The confs of kinds whose record names one. `stanzas` of the file that has the kind's name makes an object's."""
    files: dict[str, ConfFile] = {}
    for kind in KINDS:
        if kind.conf:
            stanzas: Callable[[Any], Iterable[Stanza]] = import_module(f"storypack.app_build.{kind.name}").stanzas
            file = files.setdefault(kind.conf, ConfFile(kind.conf))
            for model in content.of(kind):
                for stanza in stanzas(model):
                    file.add(stanza, content.origin(model))
    return list(files.values())
