"""Fields of the events that a search reads, against those that its data sources list."""

from __future__ import annotations

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.meaning import known_fields
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.pack.models.search import Search
from storypack.spelling import slip_of
from storypack.spl.fields.raw import raw_uses


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
    for use in raw_uses(reading.stages):
        gaps = [source[use.name] for source in sources if use.name in source]
        if len(gaps) == len(sources) and reading.written(use.span):
            gap = gaps[0]
            cure = f"read {gap.instead}" if gap.instead else "leave it out"
            yield reading.fault(f"{gap.app} {gap.version} gives no `{use.name}` to these events", use.span, cure)
