"""What came of the map step, put together where the hunt was begun: the events as if they had been read here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from storypack.engine.events.formats.registry import format_named
from storypack.engine.events.hold import HELD_TABLE
from storypack.engine.events.reading import RawEvents
from storypack.engine.events.shapes import Compression, Shape
from storypack.engine.filters import Filters
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import MANY, write_files_table
from storypack.engine.staging import Coverage, Staged, stage
from storypack.hunting.findings import Hunt, in_order
from storypack.hunting.mapping import Mapped, MappedFile

MOST_FILES = 50_000
"""Files that are kept apart although no search can match any event of theirs; of more, a few of each kind."""
_ARRIVED = "hunt_arrived"
_COLUMNS = "_raw VARCHAR, __indexed VARCHAR, __position BIGINT, __when DOUBLE, __file BIGINT"

Mapper = Callable[[Sequence[Filters]], Iterator[Mapped]]
"""What maps all partitions, given the base filters of the searches; in any order."""


@dataclass
class Elsewhere:
    """A pass over events that others read: in place of `staging.stage`. `result` gets what they could not read."""

    mapped: Mapper
    result: Hunt
    _parts: dict[int, Mapped] = field(default_factory=dict)

    def stage(
        self, source: FileSource, wanted: Iterable[Filters], now: float
    ) -> Iterator[tuple[list[Staged], Coverage]]:
        """As `staging.stage`; fills `source`, which was opened without files."""
        every = list(wanted)
        with closing(source.root.cursor()) as cursor:
            cursor.execute(f"CREATE OR REPLACE TABLE {_ARRIVED} ({_COLUMNS}, __part BIGINT)").fetchall()
        for mapped in self.mapped(every):
            self._take(mapped, source)
        files = self._place(source)
        counts = _counts(files, self._parts)
        for staged, coverage in stage(source, every, now):
            yield _with_counts(staged, coverage, counts)

    def events_without_line(self) -> dict[int, dict[str, frozenset[str]]]:
        """The events of findings whose lines nobody has counted yet: by partition and file, their texts."""
        parts = {str(file.file.path): number for number, each in self._parts.items() for file in each.files}
        wanted: dict[int, dict[str, frozenset[str]]] = {}
        for finding in self.result.findings:
            for event in finding.events:
                if event.line is None and (number := parts.get(event.file)) is not None:
                    texts = wanted.setdefault(number, {})
                    texts[event.file] = texts.get(event.file, frozenset()) | {event.raw}
        return wanted

    def add_lines(self, lines: Mapping[tuple[str, str], int]) -> None:
        """Give events of findings their lines, by the names of their files and their texts."""
        self.result.findings[:] = [
            replace(
                finding,
                events=in_order(
                    each if each.line else replace(each, line=lines.get((each.file, each.raw)))
                    for each in finding.events
                ),
            )
            for finding in self.result.findings
        ]

    def _take(self, mapped: Mapped, source: FileSource) -> None:
        """Put a partition's events into a table of the source's connection, which spills when it must."""
        self._parts[mapped.number] = mapped
        self.result.files += mapped.found
        self.result.bytes += mapped.bytes
        self.result.unreadable.update(mapped.unreadable)
        self.result.left_out += mapped.left_out
        with closing(source.root.cursor()) as cursor:
            for table in mapped.events:
                cursor.register("arrow_events", table)
                cursor.execute(f"INSERT INTO {_ARRIVED} SELECT *, {mapped.number} FROM arrow_events").fetchall()
                cursor.unregister("arrow_events")
        mapped.events.clear()

    def _place(self, source: FileSource) -> list[_Place]:
        """The events of all partitions in the order of the files, as those of the source; gives the files."""
        with closing(source.root.cursor()) as cursor:
            used = set(cursor.execute(f"SELECT DISTINCT __part, __file FROM {_ARRIVED}").fetchall())
            files = list(_chosen(self._parts, used))
            numbers = [(each.part, each.at, number, each.file.rank) for number, each in enumerate(files)]
            columns = [list(column) for column in zip(*numbers, strict=True)] or [[], [], [], []]
            cursor.execute(
                "CREATE OR REPLACE TEMP TABLE hunt_files AS SELECT unnest(?::BIGINT[]) AS part, "
                "unnest(?::BIGINT[]) AS at, unnest(?::BIGINT[]) AS number, unnest(?::BIGINT[]) AS rank",
                columns,
            ).fetchall()
            cursor.execute(
                f"CREATE OR REPLACE TABLE {HELD_TABLE} AS SELECT _raw, __indexed, __position, __when, "
                f"CAST(number AS INTEGER) AS __file FROM {_ARRIVED} a JOIN hunt_files f ON a.__part = f.part "
                "AND a.__file = f.at ORDER BY f.rank, f.number, a.rowid"
            ).fetchall()
            cursor.execute(f"DROP TABLE {_ARRIVED}").fetchall()
        source.events[:] = [_raw_events(number, each.file) for number, each in enumerate(files)]
        if len(source.events) > MANY:
            write_files_table(source.root, source.events)
        return files


@dataclass(frozen=True, slots=True)
class _Place:
    """A file, and where it stands: its partition, and its place in that."""

    part: int
    at: int
    file: MappedFile


def _chosen(parts: Mapping[int, Mapped], used: set[tuple[int, int]]) -> Iterator[_Place]:
    """The files in their order: all of them, or of very many those with events that a search can match, and enough of
    each kind to tell what there is."""
    total = sum(len(each.files) for each in parts.values())
    seen = Counter[Hashable]()
    for number in sorted(parts):
        for at, file in enumerate(parts[number].files):
            seen[_kind(file)] += 1
            if total <= MOST_FILES or (number, at) in used or seen[_kind(file)] <= MANY + 1:
                yield _Place(number, at, file)


def _kind(file: MappedFile) -> Hashable:
    return file.file.index, file.file.sourcetype, file.file.host, file.json, file.indexed


def _raw_events(number: int, mapped: MappedFile) -> RawEvents:
    return RawEvents(
        mapped.file,
        Shape(format_named("json"), Compression.NONE),
        f"SELECT _raw, __indexed, __position, __when FROM {HELD_TABLE} WHERE __file = {number}",
        None,
        0,
        json=mapped.json,
        held=True,
        indexed=mapped.indexed,
        timed=True,
        ingested=True,
        multi=mapped.multi,
    )


@dataclass
class _Counts:
    """Of the kinds whose first file has a number: how many events there are by hour, and the names of the files."""

    hours: dict[int, Counter[int | None]] = field(default_factory=dict)
    names: dict[int, set[str]] = field(default_factory=dict)


def _counts(files: Sequence[_Place], parts: Mapping[int, Mapped]) -> _Counts:
    counts = _Counts()
    numbers = {(each.part, each.at): number for number, each in enumerate(files)}
    of_kind = {_kind(each.file): number for number, each in reversed(list(enumerate(files)))}
    for part, each in parts.items():
        for counted in each.counted:
            number = numbers.get((part, counted.first))
            if number is None:
                number = of_kind[_kind(each.files[counted.first])]
            counts.hours.setdefault(number, Counter()).update(counted.hours)
            counts.names.setdefault(number, set()).update(counted.names)
    return counts


def _with_counts(staged: Sequence[Staged], coverage: Coverage, counts: _Counts) -> tuple[list[Staged], Coverage]:
    """What was put aside, with the counts of all events that there are."""
    made = []
    total = Counter[int | None]()
    names: set[str] = set()
    for each in staged:
        hours = Counter[int | None]()
        for number, _ in each.origin.numbered:
            hours.update(counts.hours.get(number, {}))
            names |= counts.names.get(number, set())
        total.update(hours)
        made.append(replace(each, hours=dict(hours)))
    by_hour = {hour * 3600: count for hour, count in total.items() if hour is not None}
    return made, Coverage(coverage.sourcetype, len(names), total.total(), total[None], by_hour)
