"""The step of a hunt that can be done elsewhere: from files and a plan to the events that any search can match.

`scan_step` is a plain function of values that can be sent; `joined` puts the answers of several steps together, in the
order of the files, as if they had been read here. What searches do with these events is done here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storypack.engine.candidates import Candidates
from storypack.engine.events.origin import EventFile
from storypack.engine.events.reading import RawEvents
from storypack.engine.filters import Filters
from storypack.engine.knowledge.apps import Knowledge
from storypack.engine.knowledge.files import FileSource
from storypack.engine.knowledge.origins import Origin, write_files_table
from storypack.engine.source import LookupTable
from storypack.engine.staging import Coverage, Staged, stage

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class StepPlan:
    """What searches want of the events: the fields that they read, by their base filters. `now` = the present, in epoch
    seconds; `lookups` are those of automatic lookups."""

    needs: Mapping[Filters, frozenset[str]]
    now: float
    lookups: Mapping[str, LookupTable]


@dataclass(frozen=True)
class StepResult:
    """The events of some files that any search can match. `events` says of each file (or part of one) what it is,
    `staged` and `tables` hold the events of each origin; see `Staged`."""

    events: tuple[RawEvents, ...]
    staged: tuple[Staged, ...]
    tables: tuple[pyarrow.Table, ...]
    coverage: tuple[Coverage, ...]


def scan_step(
    files: Sequence[EventFile], plan: StepPlan, knowledge: Knowledge, *, memory: int | None = None
) -> StepResult:
    """Read files and keep what any search can match. Raises EngineError; UnreadableFile names a file that cannot be
    read."""
    with FileSource(files, knowledge, clock=plan.now, lookups=plan.lookups, memory=memory) as source:
        staged: list[Staged] = []
        coverage = []
        for parts, covered in stage(source, plan.needs, plan.now):
            staged += parts
            coverage.append(covered)
        tables = tuple(_table(each, source) for each in staged)
        sent = tuple(replace(each, origin=_sent_origin(each), position="__position") for each in staged)
        return StepResult(tuple(map(_sent, source.events)), sent, tables, tuple(coverage))


def _table(staged: Staged, source: FileSource) -> pyarrow.Table:
    flags = dict.fromkeys(staged.flags.values())
    kept = " OR ".join(flags) or "FALSE"
    listed = ", ".join(["_raw", "__indexed", f"{staged.position} AS __position", "__time", "__origin", *flags])
    sql = f"SELECT {listed} FROM {staged.table} WHERE {kept} ORDER BY rowid"
    return source.root.cursor().sql(sql).to_arrow_table()


def _sent(events: RawEvents) -> RawEvents:
    """What a file is, without what can only be read where it lies."""
    return replace(events, sql="", inspection=None)


def _sent_origin(staged: Staged) -> Origin:
    return replace(staged.origin, numbered=tuple((number, _sent(events)) for number, events in staged.origin.numbered))


def joined(results: Iterable[StepResult], plan: StepPlan, source: FileSource) -> tuple[Candidates, list[Coverage]]:
    """The candidates of several steps, in the order of their files, and what there is of each source type. `source` is
    one without files; it gets the tables."""
    staged: list[Staged] = []
    events: list[RawEvents] = []
    coverage: list[Coverage] = []
    for result in results:
        for part, table in zip(result.staged, result.tables, strict=True):
            staged.append(_loaded(part, table, len(staged), len(events), source))
        events += result.events
        coverage += result.coverage
    source.events[:] = events
    write_files_table(source.root, events)
    return Candidates(source, staged, plan.needs, plan.now, lookups=dict(plan.lookups)), together(coverage)


def _loaded(staged: Staged, table: pyarrow.Table, number: int, before: int, source: FileSource) -> Staged:
    """The events of a step's origin in a table here, their files numbered from `before` on."""
    name = f"step_{number}"
    cursor = source.root.cursor()
    cursor.register("sent", table)
    cursor.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT * REPLACE (__origin + {before} AS __origin) FROM sent"
    ).fetchall()
    cursor.unregister("sent")
    origin = replace(
        staged.origin,
        number=number,
        numbered=tuple((place + before, events) for place, events in staged.origin.numbered),
    )
    return replace(staged, number=number, origin=origin, table=name)


def together(coverage: Iterable[Coverage]) -> list[Coverage]:
    """What there is of each source type, of all steps."""
    found: dict[str, Coverage] = {}
    for each in coverage:
        other = found.get(each.sourcetype)
        if other is not None:
            hours = {hour: each.hours.get(hour, 0) + other.hours.get(hour, 0) for hour in {**other.hours, **each.hours}}
            each = Coverage(
                each.sourcetype,
                each.files + other.files,
                each.events + other.events,
                each.without_time + other.without_time,
                hours,
            )
        found[each.sourcetype] = each
    return list(found.values())
