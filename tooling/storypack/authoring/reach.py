"""How far a change reaches: which objects of a pack may give other rows because some of its files changed.

A name that a changed file has, or had, leads to every text that has the name in it: too far in doubt, and never too
short. Names go through macros and lookups, through data sources and schedules, and from detections to the searches
that look at risk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from storypack.opening import read_plain, real
from storypack.pack.adapters import app_settings
from storypack.pack.files import SETTINGS_FILE, SUFFIXES
from storypack.pack.kinds import KINDS, OVERLAY, content_folders
from storypack.pack.mentions import puts_names_together, runs_by_title, search_text
from storypack.pack.names import filter_macro_name
from storypack.pack.overlays.targets import targets_in
from storypack.pack.pack import Entry, Pack
from storypack.pack.yaml import YamlError, parse

_WORD = re.compile(r"\w+")
_EXCLUDES = re.compile(r"\bNOT\b|!=", re.IGNORECASE)
_WITH_SEARCH = frozenset(kind.folder for kind in KINDS if kind.has_search)
_BY_NAME = ("macros", "lookups")


def reach(pack: Pack, changed: Iterable[str], old: Mapping[str, str]) -> set[str]:
    """The changed files, and those of all objects that they reach. `old` has the text of changed files as they were."""
    files = set(changed)
    if files & {SETTINGS_FILE, *app_settings.FILES}:
        return files | {entry.path for entry in pack.entries()} | {overlay.path for overlay in pack.overlays}
    files |= _overlaid(pack, files, old)
    return _Reach(pack, files, old).all()


def _overlaid(pack: Pack, changed: set[str], old: Mapping[str, str]) -> set[str]:
    """The files of the objects that changed overlays change, or changed. An overlay goes with what it changes."""
    files: set[str] = set()
    for path in changed:
        if path.startswith(f"{OVERLAY.folder}/"):
            for text in (old.get(path, ""), _text(pack, path)):
                for entry in targets_in(pack, _data(text)):
                    files.add(entry.path)
                    if macro := pack.macro_named.get(filter_macro_name(entry.stem, pack.settings.macro_prefix)):
                        files.add(macro.path)
    return files


def _text(pack: Pack, path: str) -> str:
    """The text of a file of the pack; empty if it is gone, or none that may be read."""
    try:
        return read_plain(pack.root / path, pack.root).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


@dataclass(eq=False)
class _Reach:
    """Files that were reached so far (`files`)."""

    pack: Pack
    files: set[str]
    old: Mapping[str, str]

    def all(self) -> set[str]:
        changed = set(self.files)
        todo: list[str] = []
        for path in sorted(changed):
            todo += self._names_of(path)
        self.files |= {entry.path for entry in self.pack.tested if self._data_of(entry) & changed}
        self._by_schedule(changed)
        if any(self._kind(path) in _BY_NAME for path in changed):
            todo += [entry.name for entry in self.pack.macros if puts_names_together(entry.model)]
        if any(self._kind(path) for path in changed):
            self.files |= {entry.path for entry in self.pack.entries() if runs_by_title(search_text(entry))}
        todo += [entry.name for entry in self.pack.entries() if entry.path in self.files]
        self._follow(todo)
        if any(self._kind(path) in ("detections", "stories") for path in self.files):
            self._follow(self._reaching(entry for entry in self.pack.entries() if self._may_ask_for_risk(entry)))
        return self.files

    def _may_ask_for_risk(self, entry: Entry[Any]) -> bool:
        """Whether a search may look at the risk of any detection. One that names some looks at theirs, unless it may
        mean all but those."""
        text = search_text(entry)
        names_some = any(self.pack.stanza(each) in text for each in self.pack.detections)
        return "risk" in text.casefold() and (not names_some or bool(_EXCLUDES.search(text)))

    def _follow(self, names: list[str]) -> None:
        """Reach all that has one of these names in it, and what has the names of that."""
        seen: set[str] = set()
        for name in names:  # grows
            if (name := _even(name)) and name not in seen:
                seen.add(name)
                names += self._reaching(self._mentioning(name))

    def _reaching(self, entries: Iterable[Entry[Any]]) -> list[str]:
        """Add these to what is reached; the names by which others know them."""
        names = []
        for entry in entries:
            if entry.path not in self.files and (entry.kind in _WITH_SEARCH or entry.kind in _BY_NAME):
                self.files.add(entry.path)
                names.append(entry.name)
        return names

    # --- what changed

    @cached_property
    def _folders(self) -> dict[str, str]:
        return content_folders(self.pack.settings.content_folder)

    def _kind(self, path: str) -> str | None:
        """The kind of content that a path belongs to, whether or not it can be read."""
        return next((kind for folder, kind in self._folders.items() if path.startswith(f"{folder}/")), None)

    def _names_of(self, path: str) -> list[str]:
        """What others may call the object of a file, by what it says and said of itself."""
        file = PurePosixPath(path)
        kind = self._kind(path)
        if kind is None:
            return []
        if file.suffix not in SUFFIXES:
            return [file.stem, file.name]
        names = [file.stem]
        for text in (self.old.get(path, ""), _text(self.pack, path)):
            names += _names_in(_data(text))
        return names

    def _data_of(self, entry: Entry[Any]) -> set[str]:
        """The files of events that an object's tests name, and those that links among them lead to."""
        named = {os.path.normpath(item.data) for test in entry.model.tests for item in test.attack_data}
        root = real(self.pack.root)
        led = {real(root / name) for name in named}
        return {PurePosixPath(name).as_posix() for name in named} | {
            path.relative_to(root).as_posix() for path in led if path.is_relative_to(root)
        }

    def _by_schedule(self, changed: set[str]) -> None:
        """Reach the searches whose schedule changed, or went away. Those that name none have that of their type."""
        gone = {_even(name) for path in changed if self._kind(path) == "schedules" for name in self._names_of(path)}
        for entry in self.pack.searches:
            schedule = entry.model.schedule or self.pack.default_schedule(entry.model)
            if isinstance(schedule, str) and _even(schedule) in gone:
                self.files.add(entry.path)

    # --- who has a name in it

    @cached_property
    def _texts(self) -> dict[str, str]:
        """What each object says that may name another: of macros and lookups all, of others search and sources."""
        return {entry.path: _even(_naming(entry)) for entry in self.pack.entries()}

    @cached_property
    def _by_word(self) -> dict[str, list[Entry[Any]]]:
        known: dict[str, list[Entry[Any]]] = {}
        for entry in self.pack.entries():
            for word in set(_WORD.findall(self._texts[entry.path])):
                known.setdefault(word, []).append(entry)
        return known

    def _mentioning(self, name: str) -> list[Entry[Any]]:
        words = _WORD.findall(name) or [name]
        fewest = min((self._by_word.get(word, []) for word in words), key=len)
        return [entry for entry in fewest if name in self._texts[entry.path]]


def _even(text: str) -> str:
    """Text in which a name is found whatever its case and wherever its line was broken."""
    return " ".join(text.casefold().split())


def _data(text: str) -> dict[str, Any]:
    try:
        return parse(text)[0]
    except YamlError:
        return {}


def _names_in(data: dict[str, Any]) -> list[str]:
    return [value for key in ("name", "filename") if isinstance(value := data.get(key), str)]


def _naming(entry: Entry[Any]) -> str:
    if entry.kind in _BY_NAME:
        return f"{entry.stem} {search_text(entry)} {entry.basis}"
    sources = getattr(entry.model, "data_source", ())
    return "\n".join([search_text(entry), *sources])
