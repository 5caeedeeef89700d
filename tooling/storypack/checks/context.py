"""What a rule may ask about the pack: links by name, with what is worked out once kept for all rules."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from storypack.pack.files import read_file
from storypack.pack.kinds import BY_FOLDER, KINDS
from storypack.pack.models import (
    CsvLookup,
    Detection,
    Investigation,
    Lookup,
    Macro,
    NamedSchedule,
    Settings,
)
from storypack.pack.models.base import Content
from storypack.pack.models.search import Search
from storypack.pack.names import file_stem, filter_macro_name, search_of_step
from storypack.pack.pack import Entry, Pack, by_id

_CALL = re.compile(r"`\s*([A-Za-z0-9_-]+)\s*(?:\([^`]*\))?\s*`")


@lru_cache(maxsize=8192)
def calls(text: str) -> frozenset[str]:
    """Names of the macros that a search's text calls.

    >>> sorted(calls("`exf_o365` | `drop_dm_object_name(Web)`"))
    ['drop_dm_object_name', 'exf_o365']
    """
    return frozenset(_CALL.findall(text))


def holds_word(text: str, name: str) -> bool:
    """Does a text hold this word, and not only in another one?"""
    at = text.find(name)
    return at >= 0 and _word(name).search(text, at) is not None


@cache
def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


@dataclass(frozen=True, eq=False)
class Context:
    """The pack, and the day of the check: the clock is an argument. `earlier` = the pack as it was, where versions are
    to be compared."""

    pack: Pack
    today: dt.date
    earlier: Pack | None = None

    @property
    def root(self) -> Path:
        return self.pack.root

    @property
    def settings(self) -> Settings:
        return self.pack.settings

    @cached_property
    def _entries(self) -> dict[int, Entry[Any]]:
        return {id(entry.model): entry for entry in self.pack.entries()}

    def entry(self, content: object) -> Entry[Any]:
        """The entry of an object of this pack."""
        return self._entries[id(content)]

    def file(self, content: object) -> str:
        """The object's file, relative to the pack's folder."""
        return self.entry(content).path

    def kind(self, content: object) -> str:
        """`detection`, `story`, `data_source` …"""
        return BY_FOLDER[self.entry(content).kind].name

    def before(self, entry: Entry[Any]) -> Entry[Any] | None:
        """The same object, by its id, in the pack as it was; None where there is none, or no such pack is given."""
        found = self._earlier.get(entry.model.id)
        return found if found is not None and found.kind == entry.kind else None

    @cached_property
    def _earlier(self) -> dict[str, Entry[Any]]:
        return by_id(self.earlier) if self.earlier else {}

    @cached_property
    def objects(self) -> tuple[Content, ...]:
        return tuple(entry.model for entry in self._entries.values())

    @cached_property
    def detections(self) -> tuple[Detection, ...]:
        return tuple(entry.model for entry in self.pack.detections)

    @cached_property
    def lookups(self) -> tuple[Lookup, ...]:
        return tuple(entry.model for entry in self.pack.lookups)

    def inside(self, path: str | PurePosixPath) -> Path | None:
        """The regular file at a path of the pack; None if there is none or a link leads out of the pack."""
        key = str(path)
        if key not in self._inside:
            full = self.root / path
            real = os.path.realpath(full)
            within = real.startswith(self._real_root + os.sep)
            # os.path, since Path.is_file lets the error of an overlong name through
            self._inside[key] = full if within and os.path.isfile(real) else None  # noqa: PTH113
        return self._inside[key]

    def size_of(self, path: str) -> int | None:
        """Bytes of the regular file at a path of the pack; None if there is none or a link leads out of the pack."""
        if path not in self._sizes:
            file = self.inside(path)
            self._sizes[path] = file.stat().st_size if file is not None else None
        return self._sizes[path]

    @cached_property
    def _sizes(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def _inside(self) -> dict[str, Path | None]:
        return {}

    @cached_property
    def _real_root(self) -> str:
        return os.path.realpath(self.root)

    def companions(self, content: object) -> list[str]:
        """Files that belong to an object beside its YAML: the CSV of a lookup."""
        if isinstance(content, CsvLookup):
            return [self.pack.csv_path(self.entry(content)).relative_to(self.root).as_posix()]
        return []

    # --- names

    @cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        named = {kind.name: {entry.name for entry in self.pack.of(kind)} for kind in KINDS}
        return {kind: frozenset(names) for kind, names in named.items()}

    def names(self, kind: str) -> frozenset[str]:
        """The names of all objects of a kind."""
        if kind == "detection":
            self.pack.asks_all()
        return self._names[kind]

    def is_broken(self, kind: str, name: str) -> bool:
        """Whether a file that could not be loaded looks like the object of this name: then it is not unknown."""
        if kind == "detection":
            self.pack.asks_all()
        return (kind, file_stem(name)) in self._broken

    def is_any_broken(self, name: str) -> bool:
        """The same of an object of any kind."""
        return any(self.is_broken(kind.name, name) for kind in KINDS)

    @cached_property
    def _broken(self) -> frozenset[tuple[str, str]]:
        depth = len(PurePosixPath(self.settings.content_folder).parts)
        kinds = {folder: kind.name for kind in KINDS for folder in (kind.folder, *kind.older_folders)}
        paths = [PurePosixPath(path) for path in self.pack.broken]
        return frozenset(
            (kinds[path.parts[depth]], file_stem(path.stem))
            for path in paths
            if len(path.parts) > depth and path.parts[depth] in kinds
        )

    def sourcetype(self, data_source: str) -> str | None:
        """The sourcetype of a data source, of the pack or of another app; None if it is not known."""
        return self._sourcetypes.get(data_source)

    @cached_property
    def _sourcetypes(self) -> dict[str, str | None]:
        others = {source.name: source.sourcetype for source in self.settings.external_data_sources}
        return others | {name: entry.model.sourcetype for name, entry in self.pack.data_source_named.items()}

    @cached_property
    def external_macros(self) -> frozenset[str]:
        """Names of the macros that other apps bring, without their numbers of arguments."""
        return frozenset(name.partition("(")[0] for name in self.settings.external("macro"))

    @cached_property
    def external_lookups(self) -> frozenset[str]:
        return self.settings.external("lookup")

    def saved_searches(self, content: object) -> list[str]:
        """The names of the saved searches that an object becomes."""
        if isinstance(content, Investigation):
            steps = enumerate(content.steps, start=1)
            prefix = self.settings.stanza_prefix
            return [search_of_step(prefix, content.name, number) for number, step in steps if step.search]
        return [self.pack.stanza(self.entry(content))] if isinstance(content, Search) else []

    @cached_property
    def saved_search_owners(self) -> dict[str, Content]:
        """The first object that becomes a saved search, by the name of that."""
        found: dict[str, Content] = {}
        for content in self.objects:
            for name in self.saved_searches(content):
                found.setdefault(name, content)
        return found

    # --- who uses what

    @cached_property
    def _schedule_users(self) -> dict[int, list[Search]]:
        found: dict[int, list[Search]] = {}
        for entry in self.pack.searches:
            search = entry.model
            if search.custom_schedule is not None or not isinstance(search.schedule, str | None):
                continue
            preset = self.pack.schedule_named.get(search.schedule or self.pack.default_schedule(search))
            if preset is not None:
                found.setdefault(id(preset.model), []).append(search)
        return found

    def users_of(self, schedule: NamedSchedule) -> list[Search]:
        """The searches that run on this schedule."""
        self.pack.asks_all()
        return self._schedule_users.get(id(schedule), [])

    def is_default(self, schedule: NamedSchedule) -> bool:
        """Whether searches that name no schedule run on this one."""
        return bool({schedule.name, self.entry(schedule).stem} & set(self.settings.schedules.model_dump().values()))

    @cached_property
    def filters(self) -> dict[int, str]:
        """The name of each detection's own filter macro, by id() of the detection."""
        prefix = self.settings.macro_prefix
        return {id(entry.model): filter_macro_name(entry.stem, prefix) for entry in self.pack.detections}

    def own_filter(self, detection: Detection) -> str:
        return self.filters[id(detection)]

    @cached_property
    def filter_names(self) -> frozenset[str]:
        """The names of the filter macros of all detections."""
        self.pack.asks_all()
        return frozenset(self.filters.values())

    @cached_property
    def called_macros(self) -> frozenset[str]:
        """Names of all macros that some text of the pack calls."""
        self.pack.asks_all()
        sources = {entry.model.macro for entry in self.pack.data_sources if entry.model.macro}
        return frozenset(sources.union(*(calls(text) for text in self._texts())))

    def has_word(self, name: str) -> bool:
        """Does a search text of the pack hold this word?"""
        self.pack.asks_all()
        return any(holds_word(text, name) for text in self._texts())

    @cached_property
    def broken_text(self) -> str:
        """The texts of the files that could not be loaded: what they name is not unused."""
        self.pack.asks_all()
        texts = (read_file(self.root, path) for path in self.pack.broken)
        return "\n".join(text.decode("utf-8", "replace") for text in texts if isinstance(text, bytes))

    def is_named_in_broken(self, name: str) -> bool:
        """Whether a file that could not be loaded names this macro, lookup, story or schedule."""
        self.pack.asks_all()
        return (
            bool(self.pack.broken) and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", self.broken_text) is not None
        )

    def _texts(self) -> Iterator[str]:
        for content in self.objects:
            yield from search_texts(content)


def search_texts(content: object) -> Iterator[str]:
    """Every text of an object that holds SPL."""
    if isinstance(content, Content):
        yield from (text for _, text in content.searches())
    if isinstance(content, Macro):
        yield content.definition
        yield content.validation or ""
