"""Macros: the filter macro at the end of each detection, arguments, names, and what nobody uses."""

from __future__ import annotations

import re

from storypack.checks.catalogue import Context, Fault, Faults, rule
from storypack.checks.context import calls
from storypack.issue import Severity
from storypack.pack.models import Detection, Lookup, Macro, ModelLookup
from storypack.pack.models.base import Content
from storypack.pack.models.search import Search
from storypack.spl.tokens import STRING

_ARGUMENT = re.compile(r"\$([A-Za-z0-9_-]+)\$")
_LAST_CALL = re.compile(r"\|\s*(?:search\s+)?`\s*([A-Za-z0-9_-]+)\s*`\s*$")
_STRING = re.compile(rf"(?s){STRING}")


@rule(
    "SP180",
    "Filter macro missing",
    on="detection",
    policy=True,
    why="A site that must leave something out (its scanner, its backup account) writes that into the detection's "
    "filter macro, and an upgrade of the app keeps it. Without the macro the site has to edit the search, and the "
    "next upgrade passes it by.",
    example="search: index=aws ... | stats count by user",
    cure="End the search with the detection's own filter macro.",
)
def filter_missing(detection: Detection, context: Context) -> Faults:
    own = context.own_filter(detection)
    if own in calls(detection.search):
        last = _last_call(detection.search)
        if not last or last[1] != own:
            yield Fault(f"`{own}` is not the last stage of the search", "search", f"move | `{own}` to the end")
    elif not _foreign_filter(detection, context):
        yield Fault("the search does not end with its filter macro", "search", f"add | `{own}` at the end")


def _last_call(search: str) -> re.Match[str] | None:
    """The macro that is the last stage of a search."""
    return _LAST_CALL.match(search, max(search.rfind("|"), 0))


def _foreign_filter(detection: Detection, context: Context) -> str | None:
    last = _last_call(detection.search)
    if not last or last[1] == context.own_filter(detection):
        return None
    return last[1] if last[1].endswith("_filter") else None


@rule(
    "SP181",
    "Filter macro of another detection",
    on="detection",
    policy=True,
    why="The macro is not this detection's: what a site leaves out there is left out here as well, or the macro does "
    "not exist at all. Usually a search that was copied.",
    example="detections/cloud/b.yml:\n  search: ... | `exf_a_filter`",
    cure="Use the macro that is called after the file.",
)
def foreign_filter(detection: Detection, context: Context) -> Faults:
    found = _foreign_filter(detection, context)
    if found:
        own = context.own_filter(detection)
        at = detection.search.rindex(found)
        yield Fault(f"`{found}` is not the filter of this detection", "search", f"use `{own}`", offset=at)


@rule(
    "SP182",
    "Macro that nobody calls",
    on="macro",
    policy=True,
    severity=Severity.WARNING,
    why="It is shipped, documented and set by each site for nothing.",
    example="macros/exf_old_source.yml, and no search that calls it",
    cure="Remove it, or use it.",
)
def unused_macro(macro: Macro, context: Context) -> Faults:
    used = macro.name in context.called_macros or macro.name in context.filter_names
    if not used and not context.is_named_in_broken(macro.name):
        yield Fault(f"no search of the pack calls `{macro.name}`", "name")


@rule(
    "SP183",
    "Lookup that nobody uses",
    on="lookup",
    policy=True,
    severity=Severity.WARNING,
    why="It is shipped and replicated to every search head for nothing.",
    example="lookups/old_list.yml, and no search that names it",
    cure="Remove it, or use it.",
)
def unused_lookup(lookup: Lookup, context: Context) -> Faults:
    fed = any(entry.model.lookup == lookup.name for entry in context.pack.baselines)
    if fed or isinstance(lookup, ModelLookup) or context.has_word(lookup.name):
        return
    if not context.is_named_in_broken(lookup.name):
        yield Fault(f"no search of the pack uses the lookup '{lookup.name}'", "name")


@rule(
    "SP184",
    "Name without the pack's prefix",
    on="content",
    policy=True,
    severity=Severity.WARNING,
    why="Macros and lookups of all apps share one name space. Two apps with a macro of the same name: the one whose "
    "folder comes last in the alphabet wins, for both.",
    example="macros/cloudtrail.yml in a pack with macro_prefix: exf_",
    cure="Begin the name with the pack's macro_prefix.",
)
def prefix(content: Content, context: Context) -> Faults:
    wanted = context.settings.macro_prefix
    external = getattr(content, "lookup_type", "") == "external"
    if context.kind(content) in ("macro", "lookup") and not external and not content.name.startswith(wanted):
        yield Fault(f"the name does not begin with '{wanted}'", "name", f"call it {wanted}{content.name}")


@rule(
    "SP185",
    "Argument of a macro that is not used or not declared",
    on="macro",
    why="Splunk replaces $x$ only if x is an argument; else the text stays and the search means something else.",
    example="arguments: [field]\ndefinition: search $feild$=*",
    cure="Use the same names in arguments and definition.",
)
def arguments(macro: Macro, context: Context) -> Faults:
    used = _ARGUMENT.findall(f"{macro.definition} {macro.validation or ''}")
    for name in dict.fromkeys(used):
        if macro.arguments and name not in macro.arguments:
            declared = ", ".join(macro.arguments)
            yield Fault(f"${name}$ is not an argument of this macro", "definition", f"its arguments are {declared}")
    for number, name in enumerate(macro.arguments):
        if name not in used:
            yield Fault(f"the definition does not use ${name}$", f"arguments.{number}")
        if name in macro.arguments[:number]:
            yield Fault(f"two arguments are called '{name}'", f"arguments.{number}")


@rule(
    "SP186",
    "Backtick in a macro's definition is not closed",
    on="content",
    why="Splunk reads everything up to the next backtick as the name of a macro.",
    example="definition: index=main `other",
    cure="Close it.",
)
def odd_backticks(content: Content, context: Context) -> Faults:
    if isinstance(content, Macro):
        yield from _odd_backtick(content.definition, "definition")
    if isinstance(content, Search):
        yield from _odd_backtick(content.search, "search")


def _odd_backtick(text: str, key: str) -> Faults:
    """A backtick without a partner; one inside double quotes is text (`split(user, "`")`)."""
    shielded = _STRING.sub(lambda found: " " * len(found[0]), text)
    if shielded.count("`") % 2:
        yield Fault("a backtick is not closed", key, offset=shielded.rindex("`"))
