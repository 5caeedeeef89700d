"""The pack: everything that was loaded, linked by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar, cast

from storypack.issue import Location
from storypack.pack.kinds import KINDS, ContentKind
from storypack.pack.models.base import Model
from storypack.pack.models.baseline import Baseline
from storypack.pack.models.dashboard import BODIES, Dashboard
from storypack.pack.models.data_source import DataSource
from storypack.pack.models.detection import Detection
from storypack.pack.models.investigation import Investigation
from storypack.pack.models.lookup import CsvLookup, Lookup, ModelLookup
from storypack.pack.models.macro import Macro, MacroBody
from storypack.pack.models.schedule import OLDER_DEFAULT, NamedSchedule, Schedule
from storypack.pack.models.search import Search
from storypack.pack.models.settings import Settings
from storypack.pack.models.story import Story
from storypack.pack.names import filter_macro_name, prefixed, search_stanza
from storypack.pack.source import KeyPath, SourceFile
from storypack.pack.unread import Unread

if TYPE_CHECKING:  # few packs have overlays, and their models take a while to make
    from storypack.pack.models.overlay import Overlay

M = TypeVar("M", bound=Model, covariant=True)
# The name of a macro between backticks; arguments are for spl/ to read.
_MACRO_CALL = re.compile(r"`\s*([A-Za-z0-9_-]+)")


_LAID_OVER = ("schedule", "actions")
"""Objects that overlays may make of what stood elsewhere, so that their own file has no place for them."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text that became another one: where it stands, its length before and after."""

    start: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Overlaid:
    """What overlays changed in an object. `shipped` = the object as its own file has it; `values` says where a value
    comes from: the overlay, and the key path in it; `edits` are the pieces of its search that are others now."""

    shipped: Model
    values: Mapping[KeyPath, tuple[SourceFile, KeyPath]] = field(default_factory=dict)
    edits: tuple[tuple[Edit, SourceFile, KeyPath], ...] = ()

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The overlays, each once."""
        sources = [*(source for source, _ in self.values.values()), *(source for _, source, _ in self.edits)]
        return tuple({source.path: source for source in sources}.values())

    def with_value(self, path: KeyPath, source: SourceFile, key: KeyPath) -> Overlaid:
        """The same, and one more value that comes from an overlay."""
        return replace(self, values={**self.values, path: (source, key)})

    def with_edit(self, edit: Edit, source: SourceFile, key: KeyPath) -> Overlaid:
        """The same, and one more piece of the search. Places of earlier ones that stand behind it move with it."""
        grown = edit.after - edit.before
        moved = [
            (replace(each, start=each.start + grown) if each.start > edit.start else each, file, path)
            for each, file, path in self.edits
        ]
        edits = sorted([*moved, (edit, source, key)], key=lambda item: item[0].start)
        return replace(self, edits=tuple(edits))

    def origin(self, path: KeyPath) -> tuple[SourceFile, KeyPath] | None:
        """The overlay, and the key path in it, that a value or a part of it comes from."""
        for known, (source, key) in self.values.items():
            if path[: len(known)] == known:
                return source, key + path[len(known) :]
            if path and path[0] in _LAID_OVER and known[: len(path)] == path:
                return source, key
        return None

    def place(self, offset: int) -> tuple[SourceFile, KeyPath] | int:
        """The overlay that wrote this character of the search, or its offset in the search as the pack has it."""
        moved = 0
        for edit, source, key in self.edits:
            if edit.start <= offset < edit.start + edit.after:
                return source, (*key, "becomes")
            if edit.start < offset:
                moved += edit.before - edit.after
        return offset + moved


@dataclass(frozen=True, slots=True, eq=False)
class Entry(Generic[M]):
    """An object of the pack and the file that it was read from. `kind` is the folder's name: `detections`."""

    kind: str
    model: M
    source: SourceFile
    overlaid: Overlaid | None = None

    @property
    def path(self) -> str:
        """The file, relative to the pack's folder."""
        return self.source.path

    @property
    def stem(self) -> str:
        """The file's name without suffix."""
        name = self.source.path.rpartition("/")[2]
        return name.rpartition(".")[0] or name

    @property
    def name(self) -> str:
        return str(getattr(self.model, "name", ""))

    def at(self, *path: str | int, offset: int | None = None, key: bool = False) -> Location:
        """The place of the value (or key) at a key path: `entry.at("finding", "entity", "score")`."""
        where: KeyPath = path
        if self.overlaid is not None:
            origin = self.overlaid.origin(where)
            if origin is None and where == ("search",) and offset is not None:
                place = self.overlaid.place(offset)
                origin, offset = (None, place) if isinstance(place, int) else (place, 0)
            if origin is not None:
                return origin[0].location(origin[1], offset, key=key)
        return self.source.location(where, offset, key=key)

    @property
    def basis(self) -> str:
        """All text that decides what the object is: that of its file, and of the overlays that change it."""
        if self.overlaid is None:
            return self.source.text
        return "\0".join([self.source.text, *(source.text for source in self.overlaid.files)])

    def shipped(self) -> Entry[M]:
        """The object as its own file has it."""
        return self if self.overlaid is None else Entry(self.kind, cast(M, self.overlaid.shipped), self.source)


def _by_name(entries: Iterable[Entry[M]]) -> dict[str, Entry[M]]:
    """The first entry of each name: of two with one name (which is an issue) the first file's counts."""
    found: dict[str, Entry[M]] = {}
    for entry in entries:
        found.setdefault(entry.name, entry)
    return found


@dataclass(frozen=True, eq=False)
class Pack:
    """All objects of a pack, in the order of their files. Made by `load_pack`.

    Links go by name and are looked up, never stored in the models. Names are unique in a pack without errors; in one
    with duplicates the first file's object is found.
    """

    root: Path
    settings: Settings
    settings_source: SourceFile
    content: Mapping[str, tuple[Entry[Any], ...]] = field(default_factory=dict)  # by the folder of the kind
    broken: tuple[str, ...] = field(default=(), repr=False)  # files that are left out because of errors
    overlays: tuple[Entry[Overlay], ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)  # definitions of filter macros, by the detection's file
    unread: Unread | None = field(default=None, repr=False)  # where the pack is a part of one

    def entries(self) -> Iterator[Entry[Model]]:
        """Every object, kind after kind."""
        for kind in KINDS:
            yield from self.of(kind)

    def of(self, kind: ContentKind) -> tuple[Entry[Any], ...]:
        """The objects of one kind."""
        return self.content.get(kind.folder, ())

    def texts(self) -> dict[str, str]:
        """The text of each file that became an object, an overlay or the settings, by path."""
        sources = [entry.source for entry in (*self.entries(), *self.overlays)]
        return {source.path: source.text for source in (*sources, self.settings_source)}

    def asks_all(self) -> None:
        """To be called where a question is about all detections: a part of a pack notes it."""
        if self.unread is not None:
            self.unread.note()

    @property
    def stories(self) -> tuple[Entry[Story], ...]:
        return self.content.get("stories", ())

    @property
    def detections(self) -> tuple[Entry[Detection], ...]:
        return self.content.get("detections", ())

    @property
    def macros(self) -> tuple[Entry[Macro], ...]:
        return self.content.get("macros", ())

    @property
    def lookups(self) -> tuple[Entry[Lookup], ...]:
        return self.content.get("lookups", ())

    @property
    def dashboards(self) -> tuple[Entry[Dashboard], ...]:
        return self.content.get("dashboards", ())

    @property
    def data_sources(self) -> tuple[Entry[DataSource], ...]:
        return self.content.get("data_sources", ())

    @property
    def baselines(self) -> tuple[Entry[Baseline], ...]:
        return self.content.get("baselines", ())

    @property
    def investigations(self) -> tuple[Entry[Investigation], ...]:
        return self.content.get("investigations", ())

    @property
    def schedules(self) -> tuple[Entry[NamedSchedule], ...]:
        return self.content.get("schedules", ())

    @property
    def searches(self) -> tuple[Entry[Search], ...]:
        """Detections and baselines."""
        return (*self.detections, *self.baselines)

    @property
    def with_searches(self) -> tuple[Entry[Any], ...]:
        """Whatever holds searches, of any kind."""
        return tuple(entry for kind in KINDS if kind.has_search for entry in self.of(kind))

    @property
    def tested(self) -> tuple[Entry[Any], ...]:
        """Whatever has tests: detections, baselines and investigations."""
        return tuple(entry for kind in KINDS if kind.has_tests for entry in self.of(kind))

    @cached_property
    def _tested_by_path(self) -> dict[str, Entry[Any]]:
        return {entry.path: entry for entry in self.tested}

    def tested_at(self, path: str) -> Entry[Any]:
        """The detection, baseline or investigation in this file. KeyError if there is none."""
        return self._tested_by_path[path]

    # --- by name

    @cached_property
    def story_named(self) -> dict[str, Entry[Story]]:
        return _by_name(self.stories)

    @cached_property
    def macro_named(self) -> dict[str, Entry[Macro]]:
        """Macros by stanza: `name`, or `name(2)` when it takes two arguments."""
        found: dict[str, Entry[Macro]] = {}
        for entry in self.macros:
            found.setdefault(entry.model.body.stanza, entry)
        return found

    @cached_property
    def lookup_named(self) -> dict[str, Entry[Lookup]]:
        return _by_name(self.lookups)

    @cached_property
    def data_source_named(self) -> dict[str, Entry[DataSource]]:
        return _by_name(self.data_sources)

    @cached_property
    def schedule_named(self) -> dict[str, Entry[NamedSchedule]]:
        """Schedules by name and, where no name is in the way, by file name without suffix."""
        found = _by_name(self.schedules)
        for entry in self.schedules:
            found.setdefault(entry.stem, entry)
        return found

    # --- links

    @cached_property
    def _detections_by_story(self) -> dict[str, list[Entry[Detection]]]:
        found: dict[str, list[Entry[Detection]]] = {}
        for entry in self.detections:
            for story in dict.fromkeys(entry.model.analytic_story):
                found.setdefault(story, []).append(entry)
        return found

    def detections_of(self, story: str) -> list[Entry[Detection]]:
        """The detections that name this story."""
        self.asks_all()
        return self._detections_by_story.get(story, [])

    @cached_property
    def _users_of_macros(self) -> dict[str, list[Entry[Model]]]:
        texts: list[tuple[Entry[Model], str]] = [
            (entry, "\n".join(text for _, text in entry.model.searches())) for entry in self.with_searches
        ]
        texts += [(entry, entry.model.definition) for entry in self.macros]
        users: dict[str, list[Entry[Model]]] = {}
        for entry, text in texts:
            for name in dict.fromkeys(_MACRO_CALL.findall(text)):
                users.setdefault(name, []).append(entry)
        return users

    def users_of_macro(self, name: str) -> list[Entry[Model]]:
        """Whatever has searches, and macros, in whose text a macro of this name is called."""
        self.asks_all()
        return self._users_of_macros.get(name, [])

    # --- what is generated, and what things are called in Splunk

    def filter_macro(self, detection: Entry[Detection]) -> MacroBody:
        """The macro that a site fills to tune this detection: it lets everything pass as shipped."""
        name = filter_macro_name(detection.stem, self.settings.macro_prefix)
        return MacroBody(
            name=name,
            definition=self.filters.get(detection.path, "search *"),
            description=f"Keep out of {detection.name!r} what is known to be harmless here.",
        )

    def filter_macros(self) -> list[MacroBody]:
        """The filter macro of each detection, save those that the pack writes itself."""
        made = (self.filter_macro(entry) for entry in self.detections)
        return [macro for macro in made if macro.stanza not in self.macro_named]

    def all_macros(self) -> dict[str, MacroBody]:
        """Every macro that the app will have, by stanza, generated ones included."""
        written = {stanza: entry.model.body for stanza, entry in self.macro_named.items()}
        return {**{macro.stanza: macro for macro in self.filter_macros()}, **written}

    def stanza(self, entry: Entry[Search]) -> str:
        """Header in savedsearches.conf: `EXF - name - Rule` for detections, `EXF - name` for baselines."""
        if isinstance(entry.model, Detection):
            return search_stanza(self.settings.stanza_prefix, entry.name)
        return prefixed(self.settings.stanza_prefix, entry.name)

    def story_title(self, name: str) -> str:
        """What a story is called in Splunk."""
        return self.settings.story_title(name)

    def schedule_of(self, search: Search) -> Schedule | None:
        """The schedule of a search: its own, else the named one, else its type's; None when that does not exist (in a
        repository of another tool: that tool's own default)."""
        if search.custom_schedule is not None:
            return search.custom_schedule
        if isinstance(search.schedule, Schedule):
            return search.schedule
        name = search.schedule if isinstance(search.schedule, str) else self.default_schedule(search)
        entry = self.schedule_named.get(name)
        if entry is None and search.schedule is None and self.settings.profile == "compatible":
            return OLDER_DEFAULT
        return entry.model.schedule if entry else None

    def default_schedule(self, search: Search) -> str:
        """Name of the schedule of a search that names none."""
        kind = search.type.lower() if isinstance(search, Detection) else "baseline"
        return str(getattr(self.settings.schedules, kind))

    def csv_path(self, lookup: Entry[CsvLookup]) -> Path:
        """The CSV of a lookup: the file that it names, or the one with the YAML's own name. It may not exist."""
        folder = (self.root / lookup.path).parent
        return folder / (lookup.model.filename or f"{lookup.stem}.csv")

    def beside(self, entry: Entry[Model], suffix: str) -> Path:
        """The file with the YAML's own name and another suffix. It may not exist."""
        return (self.root / entry.path).with_suffix(suffix)

    def model_path(self, lookup: Entry[ModelLookup]) -> Path:
        """The file of a model of the Machine Learning Toolkit. It may not exist."""
        name = lookup.model.filename
        return self.beside(lookup, ".mlmodel").with_name(name) if name else self.beside(lookup, ".mlmodel")

    def dashboard_path(self, entry: Entry[Dashboard]) -> Path | None:
        """The file with a dashboard's definition; None if there is none."""
        return next((path for suffix in BODIES if os.path.lexists(path := self.beside(entry, suffix))), None)


def holds(entry: Entry[Any], model: type[M]) -> TypeGuard[Entry[M]]:
    """Whether an entry's object is of this class: a CSV lookup among the lookups."""
    return isinstance(entry.model, model)


def by_id(pack: Pack) -> dict[str, Entry[Any]]:
    """The objects of a pack by their ids, which stay when names and files change. Of two with one id the first."""
    found: dict[str, Entry[Any]] = {}
    for entry in pack.entries():
        found.setdefault(str(getattr(entry.model, "id", "")), entry)
    return found
