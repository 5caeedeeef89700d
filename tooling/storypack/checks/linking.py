"""What objects say of each other: stories, data sources, schedules, baselines, detections."""

from __future__ import annotations

from collections.abc import Collection

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Baseline, DataSource, Detection, Investigation, NamedSchedule, Story
from storypack.pack.models.search import Search
from storypack.spelling import one_of


def _unknown(kind: str, key: str, names: Collection[str], context: Context) -> Faults:
    known = context.names(kind)
    for number, name in enumerate(names):
        if name not in known and not context.is_broken(kind, name):
            yield Fault(f"the pack has no {kind} '{name}'", f"{key}.{number}", one_of(name, known))


@rule(
    "SP160",
    "Story without detections",
    on="story",
    policy=True,
    why="Enterprise Security shows the story in its library, and there is nothing in it to switch on.",
    example="stories/data_exfiltration.yml, and no detection that names it",
    cure="Add it to analytic_story of its detections, or remove it.",
)
def empty_story(story: Story, context: Context) -> Faults:
    if story.status == "production" and not context.pack.detections_of(story.name):
        yield Fault("no detection belongs to this story", "name")


@rule(
    "SP161",
    "Detection in no story",
    on="detection",
    policy=True,
    why="A detection outside of all stories does not appear in the use case library, and nobody switches it on.",
    example="analytic_story: []",
    cure="Name a story of stories/.",
)
def no_story(detection: Detection, context: Context) -> Faults:
    if not detection.analytic_story and detection.status != "deprecated":
        yield Fault("analytic_story names no story", "analytic_story", one_of("", context.names("story")))


@rule(
    "SP162",
    "Unknown story",
    on="content",
    why="The story's page would not list it: Enterprise Security finds the detections of a story by its exact name.",
    example="analytic_story: [Data Exfil]",
    cure="Use the name of a story in stories/.",
)
def unknown_story(content: object, context: Context) -> Faults:
    if isinstance(content, Detection | Baseline | Investigation):
        yield from _unknown("story", "analytic_story", content.analytic_story, context)


@rule(
    "SP163",
    "Unknown data source",
    on="content",
    policy=True,
    why="From the data source come the add-on that a site needs, the sourcetype of tests, and the list of what the "
    "pack can see. One that does not exist says nothing.",
    example="data_source: [AWS CloudTrial ModifySnapshotAttribute]",
    cure="Use the name of a file in data_sources/, or add one.",
)
def unknown_data_source(content: object, context: Context) -> Faults:
    if not isinstance(content, Search | Investigation):
        return
    known = context.names("data_source")
    for number, entry in enumerate(content.data_source):
        for name in entry.split(" AND "):
            if name not in known and not context.is_broken("data_source", name):
                cure = one_of(name, known)
                yield Fault(f"the pack has no data source '{name}'", f"data_source.{number}", cure)


@rule(
    "SP164",
    "Unknown schedule",
    on="search",
    why="Without its schedule the search would not run.",
    example="schedule: defualt_ttp",
    cure="Use the name of a file in schedules/, or write the schedule inline.",
)
def unknown_schedule(search: Search, context: Context) -> Faults:
    if search.schedule is None and search.custom_schedule is None:
        default = context.pack.default_schedule(search)
        if default not in context.pack.schedule_named and not context.is_broken("schedule", default):
            cure = "name one with schedule:, or add it to schedules/"
            message, severity = f"no schedule is named, and the pack has no default '{default}'", None
            if context.pack.schedule_of(search) is not None:
                message, severity = f"{message}: it runs hourly, as contentctl does then", Severity.WARNING
            yield Fault(message, "schedule", cure, severity=severity)
    if isinstance(search.schedule, str) and search.schedule not in context.pack.schedule_named:
        if context.is_broken("schedule", search.schedule):
            return
        known = sorted(context.pack.schedule_named)
        yield Fault(f"the pack has no schedule '{search.schedule}'", "schedule", one_of(search.schedule, known))


@rule(
    "SP165",
    "Unknown baseline",
    on="detection",
    policy=True,
    why="The detection compares with a normal that nothing learns.",
    example="baselines: [Baseline of S3 Getobject]",
    cure="Use the name of a file in baselines/.",
)
def unknown_baseline(detection: Detection, context: Context) -> Faults:
    yield from _unknown("baseline", "baselines", detection.baselines, context)


@rule(
    "SP166",
    "Unknown detection",
    on="content",
    policy=True,
    why="The investigation, or the note on what replaces a deprecated detection, leads nowhere.",
    example="detections: [AWS EC2 Snapshot Shard Externally]",
    cure="Use the name of a detection of the pack.",
)
def unknown_detection(content: object, context: Context) -> Faults:
    if isinstance(content, Investigation):
        yield from _unknown("detection", "detections", content.detections, context)
    info = getattr(content, "deprecation_info", None)
    kind = context.kind(content)
    if info and kind in ("detection", "story", "baseline"):
        yield from _unknown(kind, "deprecation_info.replacement_content", info.replacement_content, context)


@rule(
    "SP167",
    "Schedule that nobody uses",
    on="schedule",
    policy=True,
    severity=Severity.WARNING,
    why="Somebody will change it and wonder why nothing happens.",
    example="schedules/nightly.yml, and no search that names it",
    cure="Remove it.",
)
def unused_schedule(schedule: NamedSchedule, context: Context) -> Faults:
    if not context.users_of(schedule) and not context.is_default(schedule):
        yield Fault("no search uses this schedule", "name")


@rule(
    "SP168",
    "Baseline that feeds an unknown lookup",
    on="baseline",
    why="What the baseline learns is written to a lookup that Splunk does not know.",
    example="lookup: s3_getobject_basline",
    cure="Use the name of a file in lookups/.",
)
def baseline_lookup(baseline: Baseline, context: Context) -> Faults:
    known = context.names("lookup") | context.external_lookups
    if (
        baseline.lookup is not None
        and baseline.lookup not in known
        and not context.is_broken("lookup", baseline.lookup)
    ):
        yield Fault(f"the pack has no lookup '{baseline.lookup}'", "lookup", one_of(baseline.lookup, known))


@rule(
    "SP169",
    "Data source with an unknown macro",
    on="data_source",
    policy=True,
    why="The macro is where a site says in which index these events are.",
    example="macro: exf_cloudtrial",
    cure="Use the name of a file in macros/.",
)
def data_source_macro(source: DataSource, context: Context) -> Faults:
    known = context.names("macro") | context.external_macros
    if source.macro is not None and source.macro not in known and not context.is_broken("macro", source.macro):
        yield Fault(f"the pack has no macro '{source.macro}'", "macro", one_of(source.macro, known))
