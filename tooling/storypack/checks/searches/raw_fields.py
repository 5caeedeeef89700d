"""Fields of the events that a search reads, against those that its data sources list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.meaning import known_fields
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.pack.models.search import Search
from storypack.spelling import slip_of
from storypack.spl import tree
from storypack.spl.fields.flow import StageFields
from storypack.spl.fields.raw import raw_uses
from storypack.spl.fields.walk import walk
from storypack.spl.source import Span


@rule(
    "SP338",
    "Field that is spelt otherwise in the data source",
    on="spl",
    severity=Severity.WARNING,
    why="Field names have case, and a field that no event has matches nothing: the detection is silent for ever, or an "
    "exclusion excludes nothing.",
    example="search: '`exf_web` userAgnet=*curl*'\n# and the data source lists userAgent",
    cure="Write the field as the data source has it, or add this one there.",
)
def misspelt(reading: Reading, world: World) -> Faults:
    owner = reading.owner
    if not reading.is_main or not isinstance(owner, Search):
        return
    listed = [world.source_fields.get(name, ()) for name in owner.data_sources]
    if not listed or not all(listed):
        return
    known = {name: None for fields in listed for name in fields}
    for use in raw_uses(reading.stages):
        if use.name not in known and use.name not in known_fields() and reading.written(use.span):
            meant = slip_of(use.name, known)
            if meant:
                message = f"the data source lists `{meant}`, and no `{use.name}`"
                yield reading.fault(message, use.span, f"write {meant}")


@rule(
    "SP341",
    "Field that the add-on does not give",
    on="spl",
    severity=Severity.WARNING,
    why="Events of this kind have no such field with the add-on that the data source names, whatever the data model or "
    "the vendor's other events have: a condition on it never holds, or always does.",
    example="data_source: [Sysmon EventID 22]\nsearch: '`exf_sysmon` EventCode=22 reply_code=NXDOMAIN'",
    cure="Read what the event has instead, or put several together with coalesce.",
)
def not_given(reading: Reading, world: World) -> Faults:
    owner = reading.owner
    if not reading.is_main or not isinstance(owner, Search) or not owner.data_sources:
        return
    sources = [{gap.field: gap for gap in world.source_gaps.get(name, ())} for name in owner.data_sources]
    missing = set.intersection(*map(set, sources))
    if not missing:
        return
    excused = {use.name for stage in reading.stages for use in stage.uses if use.forgiving}
    alternatives = set(_alternatives(reading.stages, missing))
    for use in raw_uses(_of_the_events(reading.stages)):
        if use.name not in missing or use.name in excused or use.span in alternatives:
            continue
        if reading.written(use.span):
            gap = sources[0][use.name]
            cure = f"read {gap.instead}" if gap.instead else "leave it out"
            yield reading.fault(f"{gap.app} {gap.version} gives no `{use.name}` to these events", use.span, cure)


_BRINGS_ROWS = frozenset(
    {"append", "appendcols", "inputcsv", "inputlookup", "loadjob", "multisearch", "tstats", "union"}
)


def _of_the_events(stages: Sequence[StageFields]) -> Sequence[StageFields]:
    """The stages that see rows of the search's own events only: those up to one that brings others, whose fields nobody
    knows."""
    for number, stage in enumerate(stages):
        inner_is_open = any(inner and inner[-1].after.is_open for inner in stage.inner)
        if number and (stage.command.name in _BRINGS_ROWS or inner_is_open):
            return stages[: number + 1]
    return stages


def _alternatives(stages: Sequence[StageFields], missing: Set[str]) -> Iterator[Span]:
    """Where a search names missing fields as one way of several (`reply_code=3 OR reply_code_id=3`), of which another
    needs none of them."""
    for stage in stages:
        for node in walk(stage.command):
            ways = [[each for each in walk(way) if isinstance(each, tree.Field)] for way in _ways(node)]
            if any(fields and missing.isdisjoint(field.name for field in fields) for fields in ways):
                yield from (field.span for fields in ways for field in fields)


def _ways(node: object) -> list[tree.Node]:
    """The operands of an OR."""
    match node:
        case tree.Or(terms):
            return list(terms)
        case tree.Binary("OR", left, right):
            return [*(_ways(left) or [left]), *(_ways(right) or [right])]
        case _:
            return []
