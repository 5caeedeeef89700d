"""Names, ids, versions and the other keys that every object has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.issue import Severity
from storypack.pack.models import Baseline, Detection, Investigation, NamedSchedule, Story
from storypack.pack.models.base import Content
from storypack.pack.names import file_stem, same_stem, search_stanza

ES_STANZA_LIMIT = 99
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PLACEHOLDER = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|UPDATE_\w+)\b|[Ll]orem ipsum")
_PLACEHOLDER_HINTS = ("TODO", "FIXME", "TBD", "XXX", "UPDATE_", "orem ipsum")  # a plain search is ten times as fast
_NOT_IN_URL = re.compile(r'[\s<>"{}|\\^`]')


@rule(
    "SP101",
    "File name does not follow from the name",
    on="content",
    policy=True,
    why="Who reads a finding looks for its file by name; file and name that drift apart hide content, and the filter "
    "macro is called after the file.",
    example="detections/cloud/snapshot.yml:\n  name: AWS EC2 Snapshot Shared Externally",
    cure="Call the file by the snake_case of the name.",
)
def file_name(content: Content, context: Context) -> Faults:
    path = PurePosixPath(context.file(content))
    if isinstance(content, NamedSchedule) and "deployments" in path.parts:  # there, any name was right
        return
    if not same_stem(path.stem.removeprefix("__mlspl_"), content.name.removeprefix("__mlspl_")):
        wanted = f"{file_stem(content.name)}{path.suffix}"
        yield Fault(f"the file of '{content.name}' is called {path.name}", "name", f"rename it to {wanted}")


@rule(
    "SP102",
    "Id used twice",
    on="pack",
    final=True,
    why="Enterprise Security, content versioning and deployment follow an object by its id through all its versions; "
    "two objects with one id overwrite each other.",
    example="Two files with id: 0c9b2e0e-5f1e-4b7e-9d55-0d6a3c1f7f11",
    cure="Give the newer one an id of its own (uuidgen makes one).",
)
def duplicate_id(pack: object, context: Context) -> Faults:
    first: dict[str, Content] = {}
    for content in context.objects:
        other = first.setdefault(content.id, content)
        if other is not content:
            yield Fault(f"{context.file(other)} has the same id", "id", "give one of them a new UUID", about=content)


@rule(
    "SP103",
    "Name used twice",
    on="pack",
    final=True,
    why="A name becomes the name of a saved search, macro or lookup. Splunk merges two of one name into one, key by "
    "key.",
    example="Two detections with name: AWS EC2 Snapshot Shared Externally",
    cure="Give one of them another name.",
)
def duplicate_name(pack: object, context: Context) -> Faults:
    first: dict[tuple[str, str, int], Content] = {}
    for content in context.objects:
        kind = context.kind(content)
        # macros of one name with other numbers of arguments are different macros
        arguments = len(getattr(content, "arguments", ()))
        other = first.setdefault((kind, file_stem(content.name) or content.name, arguments), content)
        if other is not content:
            yield Fault(
                f"the {kind.replace('_', ' ')} in {context.file(other)} has the same name", "name", about=content
            )


@rule(
    "SP104",
    "Version below 1",
    on="content",
    policy=True,
    why="Versions count from 1; content versioning of Enterprise Security takes 0 for content that never was.",
    example="version: 0",
    cure="Start at 1 and add 1 with every change.",
)
def version(content: Content, context: Context) -> Faults:
    if content.version < 1:
        yield Fault(f"version is {content.version}", "version", "start at 1")


@rule(
    "SP105",
    "Name too long for Enterprise Security",
    on="detection",
    why="Enterprise Security keeps at most 99 characters of a detection's name. When somebody clones or edits one, it "
    "puts the security domain in front (`Threat - … - Rule`), and that must fit as well, or the clone can not be "
    "saved.",
    example="name: A Name of Eighty Characters That Says Everything About the Detection and More",
    cure="Shorten the name.",
)
def name_too_long(detection: Detection, context: Context) -> Faults:
    stanza = search_stanza(context.settings.stanza_prefix, detection.name)
    clone = f"{detection.security_domain.title()} - {stanza} - Rule"
    excess = max(len(stanza), len(clone)) - ES_STANZA_LIMIT
    if excess > 0:
        message = f"'{clone}' has {len(clone)} characters; Enterprise Security keeps {ES_STANZA_LIMIT}"
        characters = "1 character" if excess == 1 else f"{excess} characters"
        yield Fault(message, "name", f"shorten the name by {characters}")


@rule(
    "SP106",
    "Category does not match the folder",
    on="detection",
    policy=True,
    why="People look for a cloud detection in detections/cloud/.",
    example="detections/endpoint/aws_snapshot.yml:\n  category: cloud",
    cure="Move the file, or correct the category.",
)
def category(detection: Detection, context: Context) -> Faults:
    parts = PurePosixPath(context.file(detection)).parts
    if len(parts) < 3 or parts[0] != "detections":
        return
    if parts[1] not in (detection.category, "deprecated", "removed"):
        cure = f"move it to detections/{detection.category}/, or set category: {parts[1]}"
        yield Fault(f"category is {detection.category}, and the file is in detections/{parts[1]}/", "category", cure)


@rule(
    "SP107",
    "E-mail address of a person",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="The author's name ends up in an app that others install; an address there is collected by those who send "
    "spam.",
    example="author: Jane Doe <jane@example.com>",
    cure="Leave a name; a contact for the whole pack belongs into storypack.yml.",
)
def author_email(content: Content, context: Context) -> Faults:
    if _EMAIL.search(content.author):
        yield Fault("the author holds an e-mail address", "author", f"author: {_name_of(content.author)}")


def _name_of(author: str) -> str:
    return _EMAIL.sub("", author).replace("<>", "").replace("()", "").strip(" ,;") or "your name"


@rule(
    "SP108",
    "Deprecated without saying why",
    on="content",
    policy=True,
    why="Who uses the detection must know what to use instead, and until when it stays.",
    example="status: deprecated\n# and no deprecation_info:",
    cure="Add deprecation_info with reason, removed_in_version and replacement_content.",
)
def no_deprecation_info(content: Content, context: Context) -> Faults:
    if not isinstance(content, Detection | Baseline | Story):
        return
    if content.status == "deprecated" and content.deprecation_info is None:
        cure = "add deprecation_info: {reason, removed_in_version, replacement_content}"
        yield Fault("the status is deprecated and there is no deprecation_info", "status", cure)


@rule(
    "SP109",
    "Deprecation of content that is not deprecated",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="One of the two is a leftover: is it going away or not?",
    example="status: production\ndeprecation_info: {...}",
    cure="Set status: deprecated, or remove deprecation_info.",
)
def stray_deprecation_info(content: Content, context: Context) -> Faults:
    if (
        isinstance(content, Detection | Baseline | Story)
        and content.status != "deprecated"
        and content.deprecation_info
    ):
        yield Fault(f"there is deprecation_info, and the status is {content.status}", "deprecation_info")


@rule(
    "SP112",
    "Reference is not a URL",
    on="content",
    policy=True,
    why="Enterprise Security shows references as links.",
    example="references: [see the wiki]",
    cure="Write the whole address, with https://.",
)
def references(content: Content, context: Context) -> Faults:
    for number, text in enumerate(content.references):
        problem = _url_problem(text)
        if problem:
            missing = "." in text and " " not in text and "//" not in text
            yield Fault(f"'{text}' {problem}", f"references.{number}", f"write https://{text}" if missing else "")


@lru_cache(maxsize=4096)  # many detections point to the same pages
def _url_problem(text: str) -> str:
    """What is wrong with a web address, or nothing."""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        return "is not a URL"
    if url.scheme not in ("http", "https") or not host:
        return "is not a URL"
    if "." not in host or _NOT_IN_URL.search(text):
        return "is not a valid URL"
    return "holds a user name or password" if url.username or url.password else ""


@rule(
    "SP113",
    "Placeholder left in",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="TODO in a description is shown to every analyst who opens the finding; that of an experimental story, too, as "
    "soon as a detection of it is in production.",
    example="how_to_implement: TODO",
    cure="Write the text, or leave the key out.",
)
def placeholder(content: Content, context: Context) -> Faults:
    if _in_progress(content, context):
        return
    for key, text in _shown(content):
        hinted = any(hint in text for hint in _PLACEHOLDER_HINTS)
        match = _PLACEHOLDER.search(text) if hinted else None
        if match:
            yield Fault(f"{key} says '{match[0]}'", key)


_SHOWN_KEYS = (
    "description",
    "how_to_implement",
    "known_false_positives",
    "next_steps",
    "narrative",
    "asset_type",
    "definition",
    "source",
    "sourcetype",
)


def _in_progress(content: Content, context: Context) -> bool:
    """Work in progress may say so, unless a detection that is ready shows the story in the use case library."""
    if not isinstance(content, Detection | Baseline | Story | Investigation) or content.status != "experimental":
        return False
    shown = context.pack.detections_of(content.name) if isinstance(content, Story) else []
    return not any(entry.model.status == "production" for entry in shown)


def _shown(content: Content) -> Iterator[tuple[str, str]]:
    """Key and text of what somebody reads, or sets an index by."""
    values = vars(content)
    for key in _SHOWN_KEYS:
        if text := values.get(key):
            yield key, text
    if isinstance(content, Detection) and content.finding is not None:
        yield "finding.title", content.finding.title
    if isinstance(content, Detection) and content.intermediate_findings is not None:
        for number, entity in enumerate(content.intermediate_findings.entities):
            yield f"intermediate_findings.entities.{number}.message", entity.message
    for number, step in enumerate(content.steps if isinstance(content, Investigation) else ()):
        yield f"steps.{number}.description", step.description or ""
        yield f"steps.{number}.interpretation", step.interpretation or ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


@rule(
    "SP114",
    "Description that repeats the name",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="The description is what an analyst reads at three in the morning; it should say what happened and why it is "
    "bad.",
    example="name: Snapshot Shared\ndescription: Snapshot shared.",
    cure="Say what the search sees, and why that matters.",
)
def empty_description(content: Content, context: Context) -> Faults:
    if not isinstance(content, Detection | Story) or len(content.description) > 2 * len(content.name):
        return
    if _letters(content.description) == _letters(content.name):
        yield Fault("the description only repeats the name", "description")
