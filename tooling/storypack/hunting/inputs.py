"""What a hunt finds in files: archives are opened, source types told from the content, and what is no text left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from storypack.engine.errors import EngineError, UnreadableEvents, UnreadableFile
from storypack.engine.events.archives import ArchiveError, is_archive, unpacked
from storypack.engine.events.copies import Copies
from storypack.engine.events.glance import SOURCETYPE, Glance, glance
from storypack.engine.events.origin import EventFile
from storypack.engine.events.shapes import recognise
from storypack.engine.events.sourcetypes import XML_WINDOWS, guess
from storypack.engine.knowledge.files import FileSource
from storypack.engine.root import usual_memory

DEFAULTS = {"host": "localhost", "index": "main"}
"""What is assumed of events where nobody says else."""


MEMORY = 3 << 28
"""Bytes that a hunt may use at most, unless the user gives it more: what it puts aside is read a few times, and spills
well."""


def memory_of(given: int | None) -> int:
    """The bytes that DuckDB may use: those that the user gave, else a quarter of the machine's and MEMORY at most."""
    return given or min(MEMORY, usual_memory())


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of all events; `sourcetype` None = it is told from the content."""

    sourcetype: str | None = None
    host: str = DEFAULTS["host"]
    index: str = DEFAULTS["index"]

    @property
    def assumed(self) -> frozenset[str]:
        """The names among sourcetype, source, host and index that nobody gave."""
        given = {"sourcetype": self.sourcetype, "source": None, "host": self.host, "index": self.index}
        return frozenset(name for name, value in given.items() if not value or value == DEFAULTS.get(name))


@dataclass
class Looked:
    """What was found: event files, each once, with the names of their paths, their bytes, and what cannot be read or is
    no text. `copies` takes the events of small files, to be read together."""

    files: dict[Path, EventFile] = field(default_factory=dict)
    names: dict[Path, str] = field(default_factory=dict)
    bytes: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    copies: Copies | None = None
    _seen: dict[Path, Glance] = field(default_factory=dict, repr=False)

    def add(self, path: Path, shown: str, given: Given) -> None:
        """Take in a file."""
        if path in self.files:
            return
        seen = self._seen.pop(path, None)
        try:
            file = self._copied(path, shown, given, seen) or _recognised(path, shown, given)
        except (EngineError, OSError) as error:
            self.unreadable[shown] = str(error)
            return
        if file is None:
            self.left_out.append(shown)
            return
        self.files[path], self.names[path] = file, shown
        self.bytes += path.stat().st_size

    def members(self, paths: Iterable[tuple[Path, str]], scratch: Path, number: int = 0) -> Iterator[tuple[Path, str]]:
        """The files, those in archives unpacked, with the name that Splunk's inputs would show as its source. `number`
        tells their folders in `scratch` from others."""
        for at, (path, shown) in enumerate(paths):
            try:
                if self._is_seen(path) or not is_archive(path):
                    yield path, shown
                    continue
                for member, inside in unpacked(path, scratch / f"archive_{number}_{at}"):
                    yield member, f"{shown}!{inside}"
            except (ArchiveError, EngineError, OSError) as error:
                self.unreadable[shown] = str(error)

    def _is_seen(self, path: Path) -> bool:
        """Whether a file is settled at a glance."""
        seen = None if self.copies is None or path in self.files else glance(path)
        if seen is not None:
            self._seen[path] = seen
        return seen is not None

    def _copied(self, path: Path, shown: str, given: Given, seen: Glance | None) -> EventFile | None:
        if seen is None or self.copies is None or given.sourcetype not in (None, SOURCETYPE):
            return None
        copy = self.copies.add(seen)
        if copy is None:
            return None
        return EventFile(path, SOURCETYPE, shown, given.host, given.index, given.assumed, copy)


def _recognised(path: Path, shown: str, given: Given) -> EventFile | None:
    """A file with its source type; None for one that is no text."""
    shape = recognise(path)
    if shape.binary:
        return None
    kind = given.sourcetype or guess(path, shape).sourcetype
    return EventFile(path, kind, "" if kind == XML_WINDOWS else shown, given.host, given.index, given.assumed)


Read = TypeVar("Read")


def in_haste(read: Callable[[bool], Read]) -> Read:
    """What `read` gives: in haste (True), so that large files are not looked through first; once more with care where
    one turns out to be none that DuckDB reads as it must be read."""
    try:
        return read(True)
    except UnreadableEvents:
        return read(False)


def readable_source(
    files: Iterable[EventFile],
    opened: Callable[[list[EventFile]], FileSource],
    names: Mapping[Path, str],
    unreadable: dict[str, str],
) -> FileSource:
    """The events of the files; `unreadable` gets those that cannot be read, or not to their end, by their names."""
    some = list(files)
    try:
        source = opened(some)
    except UnreadableFile:
        readable = []
        for file in some:
            try:
                opened([file]).close()
            except UnreadableFile as error:
                unreadable[names[file.path]] = str(error)
            else:
                readable.append(file)
        source = opened(readable)
    for path, why in source.damaged.items():
        unreadable[names.get(path, str(path))] = why
    return source
