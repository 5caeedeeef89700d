"""The map step of a hunt on many machines: a plain function from some files and what searches look for to the events
that any search can match, as an Arrow table, and a count of all others.

Nothing here knows what runs it. The rest of each search follows where the hunt was begun; see `merging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storypack import __version__
from storypack.engine.candidates import lines_of
from storypack.engine.errors import EngineError
from storypack.engine.events.copies import Copies
from storypack.engine.events.origin import EventFile
from storypack.engine.filters import Filters
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.staging import Staged, stage
from storypack.hunting.buckets import Remote, fetch, open_system
from storypack.hunting.inputs import Given, Looked, in_haste, memory_of, readable_source
from storypack.scratch import scratch

if TYPE_CHECKING:
    import pyarrow

PARTITION_BYTES, PARTITION_FILES = 256 << 20, 500
"""What one task reads, unless a single file is larger; the bytes are those of the text."""
_PACKED = (".gz", ".tgz", ".bz2", ".xz", ".zst", ".zip")
_UNPACKS = 10
"""How many bytes of text a packed byte is taken for."""
_ALONE = 8 << 20
"""Bytes from which on a file is read by itself, so that its lines can be counted as they are read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a partition: on a disk that all machines share, or (`url` = what the user named) behind a URL."""

    name: str
    shown: str
    size: int = 0
    url: str = ""

    @property
    def text(self) -> int:
        """About how many bytes of text it holds."""
        return self.size * (_UNPACKS if self.name.lower().endswith(_PACKED) else 1)


@dataclass(frozen=True, slots=True)
class Partition:
    """Some of the files, in their order."""

    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Step:
    """What is the same for all partitions: the sets of base filters that searches have, what the user says of the
    events, the search-time knowledge, and the moment of the hunt (epoch seconds). `memory` in bytes, for one task."""

    filters: tuple[Filters, ...]
    given: Given
    knowledge: Knowledge
    now: float
    memory: int | None = None
    version: str = __version__


@dataclass(frozen=True, slots=True)
class MappedFile:
    """The events of a file as one origin: what Splunk's inputs would say of them, and how their fields are found (see
    `RawEvents`). `rank` = their place among others of their kind that one pass reads together."""

    file: EventFile
    json: bool
    indexed: bool
    multi: frozenset[str]
    rank: int


@dataclass(frozen=True)
class Counted:
    """Events of one kind: `first` = the place of its first file in the partition's list, `names` of all its files,
    `hours` how many events each hour since 1970 has (None = without a time)."""

    first: int
    names: frozenset[str]
    hours: Mapping[int | None, int]


@dataclass
class Mapped:
    """What a partition gave. `events` have the columns `_raw`, `__indexed`, `__position`, `__when` (epoch seconds) and
    `__file` (a place in `files`), in the order in which they stand."""

    number: int
    files: list[MappedFile] = field(default_factory=list)
    events: list[pyarrow.Table] = field(default_factory=list)
    counted: list[Counted] = field(default_factory=list)
    found: int = 0
    bytes: int = 0
    unreadable: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


class OtherVersion(EngineError):
    """The map step runs on another version of storypack than the hunt."""


def map_partition(partition: Partition, step: Step) -> Mapped:
    """Read the files of a partition. Raises OtherVersion; a file that cannot be read is noted."""
    if step.version != __version__:
        raise OtherVersion(f"a worker has storypack {__version__}, and the hunt is of {step.version}")
    mapped = Mapped(partition.number)
    with scratch() as folder:
        looked = Looked(unreadable=mapped.unreadable, left_out=mapped.left_out)
        with Copies(folder / "copies") as looked.copies:
            for path, shown in looked.members(_paths(partition, folder, looked), folder):
                looked.add(path, shown, step.given)
        mapped.found, mapped.bytes = len(looked.files), looked.bytes
        for files in _chunks(list(looked.files.values())):
            try:
                _map_files(files, looked.names, step, mapped)
            except EngineError as error:
                mapped.unreadable.update({looked.names[file.path]: str(error) for file in files})
    return mapped


def lines_in(partition: Partition, step: Step, wanted: Mapping[str, frozenset[str]]) -> dict[tuple[str, str], int]:
    """The lines on which events stand: `wanted` are their texts by the names of their files, the result has the first
    line of each name and text. Files that cannot be read (any more) are left out."""
    looked = Looked()
    found: dict[tuple[str, str], int] = {}
    some = tuple(item for item in partition.items if any(name.startswith(item.shown) for name in wanted))
    with scratch() as folder:
        for path, shown in looked.members(_paths(replace(partition, items=some), folder, looked), folder):
            if shown in wanted:
                looked.add(path, shown, step.given)
        for path, file in looked.files.items():
            texts = wanted[looked.names[path]]
            try:
                with FileSource([file], step.knowledge, clock=step.now, memory=step.memory) as source:
                    for raw, line in lines_of(source, path, texts).items():
                        found[looked.names[path], raw] = line
            except EngineError:
                continue
    return found


def partitions(items: Iterable[Item]) -> Iterator[Partition]:
    """The files in parts of PARTITION_BYTES and PARTITION_FILES at most, each once."""
    some: list[Item] = []
    size = number = 0
    for item in dict.fromkeys(items):
        if some and (size + item.text > PARTITION_BYTES or len(some) >= PARTITION_FILES):
            yield Partition(number, tuple(some))
            number, some, size = number + 1, [], 0
        some.append(item)
        size += item.text
    if some:
        yield Partition(number, tuple(some))


def _paths(partition: Partition, folder: Path, looked: Looked) -> Iterator[tuple[Path, str]]:
    """Where each file lies on this machine; those behind a URL are fetched."""
    systems: dict[str, object] = {}
    for number, item in enumerate(partition.items):
        if not item.url:
            yield Path(item.name), item.shown
            continue
        if item.url not in systems:
            systems[item.url] = open_system(item.url)[0]
        path, shown, why = fetch(systems[item.url], Remote(item.name, item.shown, item.size), folder, number)
        if path is None:
            looked.unreadable[shown] = why
        else:
            yield path, shown


def _chunks(files: Sequence[EventFile]) -> Iterator[list[EventFile]]:
    """Small files together, each large one by itself; in their order."""
    some: list[EventFile] = []
    for file in files:
        if file.path.stat().st_size < _ALONE:
            some.append(file)
            continue
        if some:
            yield some
        yield [file]
        some = []
    if some:
        yield some


def _map_files(files: list[EventFile], names: Mapping[Path, str], step: Step, mapped: Mapped) -> None:
    base = len(mapped.files)

    def read(hasty: bool) -> tuple[list[Counted], list[pyarrow.Table], list[MappedFile]]:
        def opened(some: list[EventFile]) -> FileSource:
            return FileSource(some, step.knowledge, clock=step.now, memory=memory_of(step.memory), hasty=hasty)

        with readable_source(files, opened, names, mapped.unreadable) as source:
            return _mapped(source, names, step, base)

    counted, events, read_files = in_haste(read)
    mapped.counted += counted
    mapped.events += events
    mapped.files += read_files


def _mapped(
    source: FileSource, names: Mapping[Path, str], step: Step, base: int
) -> tuple[list[Counted], list[pyarrow.Table], list[MappedFile]]:
    counted: list[Counted] = []
    kept: list[pyarrow.Table] = []
    for parts, _ in stage(source, step.filters, step.now):
        for staged in parts:
            places = [number for number, _ in staged.origin.numbered]
            paths = {source.events[place].file.path for place in places}
            shown = frozenset(names.get(path, str(path)) for path in paths)
            counted.append(Counted(base + min(places), shown, staged.hours))
            kept += _kept(staged, source, base)
    read_files = [
        MappedFile(
            replace(events.file, path=Path(names.get(events.file.path, str(events.file.path))), copy=None),
            events.json,
            events.indexed,
            events.multi,
            0 if events.held else 1 if events.copied else 2 if events.parted else 3,
        )
        for events in source.events
    ]
    return counted, kept, read_files


def _kept(staged: Staged, source: FileSource, base: int) -> Iterator[pyarrow.Table]:
    """The events of an origin that any search can match."""
    kept = " OR ".join(dict.fromkeys(staged.flags.values()))
    if not kept:
        return
    sql = (
        f"SELECT _raw, __indexed, {staged.position} AS __position, __time AS __when, "
        f"CAST(__origin + {base} AS BIGINT) AS __file FROM {staged.table} WHERE {kept} ORDER BY rowid"
    )
    with closing(source.root.cursor()) as cursor:
        table = cursor.sql(sql).to_arrow_table()
    if table.num_rows:
        yield table
