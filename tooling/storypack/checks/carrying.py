"""What a conf file cannot carry: texts, and names that meet in the app. `build` refuses the same, file by file."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.checks.catalogue import Context, Fault, Faults, Rule, add, rule
from storypack.checks.schedule import schedules
from storypack.conf import Conf, Stanza, faults, tidy
from storypack.issue import Severity
from storypack.pack.models import Detection, Investigation, Macro, Story
from storypack.pack.models.base import Content
from storypack.pack.models.lookup import BaseLookup, KvStoreLookup
from storypack.pack.models.search import Search
from storypack.pack.names import RESERVED, catalogue_lookup

APP_FILE = Rule(
    "SP902",
    "File of the app that cannot be used",
    Severity.ERROR,
    "The files below app/ go into the Splunk app, templates with the pack's values filled in. A template sees plain "
    "values, can call nothing but its own macros, and has a limit for its steps and its text: a pack that somebody "
    "downloads runs no code.",
    "app/default/app.conf.j2 with a {% for %} that is never closed",
    "Mend the file at the place that the message names.",
    final=True,
)
UNUSED_FILE = Rule(
    "SP903",
    "File of app/ that is not used",
    Severity.WARNING,
    "It lies where the parts of the app are, and is none of those that are put into it: whoever wrote it expects it "
    "there.",
    "app/default/app.conf, without .j2",
    "Give it the name of a part, or move it elsewhere.",
)
add(APP_FILE)
add(UNUSED_FILE)

# Keys of any object whose text a conf holds as it is. What is not here is written as JSON, or not at all.
_TIDIED = (
    "description",
    "search",
    "how_to_implement",
    "known_false_positives",
    "asset_type",
    "narrative",
    "definition",
    "validation",
    "errormsg",
    "default_match",
    "filter",
)
_NAMED = (Macro, BaseLookup)


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    """Key and text of everything that a conf holds with the blanks around it removed."""
    values = vars(content)
    for key in _TIDIED:
        text = values.get(key)
        if isinstance(text, str):
            yield key, text
    if isinstance(content, Search | Story) and content.deprecation_info is not None:
        yield "deprecation_info.reason", content.deprecation_info.reason
        yield "deprecation_info.removed_in_version", content.deprecation_info.removed_in_version
    if isinstance(content, Detection):
        if content.finding is not None:
            yield "finding.title", content.finding.title
        if content.intermediate_findings is not None:
            yield "intermediate_findings.entities.0.message", content.intermediate_findings.entities[0].message
    if isinstance(content, Investigation):
        for number, step in enumerate(content.steps):
            for key in ("name", "description", "interpretation", "search"):
                if text := getattr(step, key):
                    yield f"steps.{number}.{key}", text


def _words(content: Content) -> Iterator[tuple[str, str]]:
    """Key and text of everything that a conf holds to the letter, alone or in a list."""
    for prefix, schedule in schedules(content):
        yield f"{prefix}earliest_time", schedule.earliest_time
        yield f"{prefix}latest_time", schedule.latest_time
    if isinstance(content, Detection):
        if content.finding is not None and content.finding.entity is not None:
            yield "finding.entity.field", content.finding.entity.field
        if content.intermediate_findings is not None:
            for number, entity in enumerate(content.intermediate_findings.entities):
                yield f"intermediate_findings.entities.{number}.field", entity.field
        if content.throttling is not None:
            for number, field in enumerate(content.throttling.fields):
                yield f"throttling.fields.{number}", field
    if isinstance(content, Investigation):
        for number, step in enumerate(content.steps):
            for key in ("earliest_time", "latest_time"):
                if text := getattr(step, key):
                    yield f"steps.{number}.{key}", text
        for number, name in enumerate(content.input_names):
            yield f"inputs.{number}", name
    if isinstance(content, BaseLookup):
        for number, text in enumerate(content.match_type):
            yield f"match_type.{number}", text


def _faults(key: str, text: str, carried: str) -> Faults:
    if carried.isprintable() and "\\" not in carried and carried == carried.strip():
        return  # plainly fine, as most are
    for found in faults(Conf((Stanza(key, {"value": carried}),))):
        at = text.find(carried)
        yield Fault(found.reason, key, found.cure, offset=at + found.offset if at >= 0 else None)


@rule(
    "SP901",
    "Text that a conf file cannot carry",
    on="content",
    final=True,
    why="The app is a folder of conf files. A backslash at the end of a line would join the next one; Splunk merges "
    "two stanzas of one name into one; settings for `default` or `global` would change those of every other app.",
    example="narrative: Look into C:\\Users\\",
    cure="Write the text in another way, or choose another name.",
)
def not_carried(content: Content, context: Context) -> Faults:
    for key, text in _texts(content):
        if "\\" in text:  # the one thing that the text of a file can have and a tidied value can not
            yield from _faults(key, text, tidy(text))
    for key, text in _words(content):
        yield from _faults(key, text, text)
    if isinstance(content, KvStoreLookup):
        for number, name in enumerate(content.fields):
            for found in faults(Conf((Stanza(content.name, {f"field.{name}": ""}),))):
                yield Fault(found.reason, f"fields.{number}", "use another name")
    yield from _reserved(content, context)
    yield from _twice(content, context)


def _reserved(content: Content, context: Context) -> Faults:
    if not isinstance(content, _NAMED):
        return
    for key in ("name", "collection"):
        name = getattr(content, key, None)
        if name in RESERVED:
            yield Fault(f"the name {name} would change settings of every app", key, "choose another name")
    if isinstance(content, BaseLookup) and content.name == catalogue_lookup(context.settings.macro_prefix):
        message = f"the app has a lookup {content.name} already: the list of its own detections"
        yield Fault(message, "name", "choose another name")


def _twice(content: Content, context: Context) -> Faults:
    """Saved searches of one name whose objects are of different kinds. (SP103 has those of one kind.)"""
    for name in context.saved_searches(content):
        other = context.saved_search_owners[name]
        if context.kind(other) != context.kind(content):
            yield Fault(f"{context.file(other)} becomes a saved search of the same name, '{name}'", "name")
