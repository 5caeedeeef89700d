"""What objects say of each other: stories, data sources, schedules, baselines, detections."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Baseline, DataSource, Detection, Investigation, Macro, NamedSchedule, Story
from storypack.pack.models.base import Content
from storypack.pack.models.search import Search
from storypack.pack.pack import Pack
from storypack.spelling import one_of


def _unknown(kind: str, key: str, names: Collection[str], context: Context) -> Faults:
    known = context.names(kind) | context.settings.external(kind)
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
    detections = context.pack.detections_of(story.name)
    if story.status == "production" and not detections and not context.is_named_in_broken(story.name):
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
    policy=True,
    why="The story's page would not list it: Enterprise Security finds the detections of a story by its exact name.",
    example="analytic_story: [Data Exfil]",
    cure="Use the name of a story in stories/, or name the app that brings it under external_content in storypack.yml.",
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
    cure="Use the name of a file in data_sources/, add one, or name the app that brings it under external_content in "
    "storypack.yml.",
)
def unknown_data_source(content: object, context: Context) -> Faults:
    if not isinstance(content, Search | Investigation):
        return
    known = context.names("data_source") | context.settings.external("data_source")
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
    cure="Use the name of a detection of the pack, or name the app that brings it under external_content in "
    "storypack.yml.",
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
    stem = context.entry(schedule).stem
    named = any(map(context.is_named_in_broken, (schedule.name, stem)))
    if not context.users_of(schedule) and not context.is_default(schedule) and not named:
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
    known = context.names("lookup") | context.settings.external("lookup")
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


_STORY_FIELD = re.compile(r'(?:analyticstories|analytic_story)"?\s*(?:!?=\s*|\bIN\s*\()((?:\s*"[^"]*"\s*,?)+)')
_QUOTED = re.compile(r'"([^"]*)"')


@rule(
    "SP189",
    "Story under a name that the app does not write",
    on="content",
    why="Risk events and findings carry the story's name as Enterprise Security shows it, with the pack's prefix where "
    "stories have one. A condition on the other name is never true.",
    example='search: | tstats count from datamodel=Risk.All_Risk where All_Risk.analyticstories="My Story"',
    cure="Write the name as it is in the app, such as EXF - My Story.",
)
def story_name_in_search(content: Content, context: Context) -> Faults:
    known = context.names("story") | context.settings.external("story")
    titles = {name: context.pack.story_title(name) for name in known}
    prefix = f"{context.settings.stanza_prefix} - "
    wrong = {name: title for name, title in titles.items() if name != title}
    wrong |= {f"{prefix}{name}": name for name, title in titles.items() if name == title}
    for key, text in _searches(content):
        for condition in _STORY_FIELD.finditer(text) if wrong else ():
            for quoted in _QUOTED.finditer(text, *condition.span(1)):
                if quoted[1] in wrong and quoted[1] not in titles.values():
                    message = f"the app writes this story as '{wrong[quoted[1]]}'"
                    yield Fault(message, key, f'write "{wrong[quoted[1]]}"', offset=quoted.start())


def _searches(content: object) -> Iterator[tuple[str, str]]:
    """Key and text of everything of an object that is a search, or a part of one."""
    if isinstance(content, Search):
        yield "search", content.search
    if isinstance(content, Macro):
        yield "definition", content.definition
    if isinstance(content, Detection):
        for number, drilldown in enumerate(content.drilldown_searches):
            yield f"drilldown_searches.{number}.search", drilldown.search
    if isinstance(content, Investigation):
        for number, step in enumerate(content.steps):
            if step.search:
                yield f"steps.{number}.search", step.search


_EXTERNAL = {
    "macros": "macro",
    "lookups": "lookup",
    "stories": "story",
    "detections": "detection",
    "data_sources": "data_source",
}


@rule(
    "SP129",
    "External content that the pack has itself",
    on="pack",
    severity=Severity.WARNING,
    why="It is another app's or this one's: a story of both is written under the other app's name, a macro or "
    "lookup with this one's definition.",
    example="external_content: [{app: ESCU, stories: [Data Exfiltration]}], and stories/data_exfiltration.yml",
    cure="Remove it from external_content, or delete the file.",
)
def external_and_own(pack: Pack, context: Context) -> Faults:
    for number, app in enumerate(pack.settings.external_content):
        for key, kind in _EXTERNAL.items():
            for index, item in enumerate(getattr(app, key)):
                name = item if isinstance(item, str) else item.name
                if name in (pack.macro_named if kind == "macro" else context.names(kind)):
                    message = (
                        f"the pack has the {kind.replace('_', ' ')} '{name}' itself, and says that {app.app} brings it"
                    )
                    yield Fault(message, f"external_content.{number}.{key}.{index}")
