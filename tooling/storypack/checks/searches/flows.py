"""Fields that a stage reads although no result has them any more."""

from __future__ import annotations

import re
from dataclasses import replace

from storypack.checks.catalogue import Faults, rule
from storypack.checks.searches.reading import Reading
from storypack.checks.searches.world import World
from storypack.issue import Severity
from storypack.spelling import did_you_mean
from storypack.spl.fields import Use
from storypack.spl.fields.names import matches, renamed
from storypack.spl.printer import print_command
from storypack.spl.source import quote_for_message
from storypack.spl.tree import Assignment, Call, Command, Eval, Field, Rename, Stats

_DOTTED = re.compile(r"[\w{}]+(?:\.[\w{}]+)+")


@rule(
    "SP214",
    "Field under a name that it no longer has",
    on="spl",
    why="After rename (drop_dm_object_name renames all fields of a dataset) the old name is no field any more: a "
    "condition on it is never true, a column of it stays empty.",
    example="search: |-\n  | tstats count from datamodel=Endpoint.Processes by Processes.user\n"
    '  | `drop_dm_object_name(Processes)`\n  | where Processes.user!="SYSTEM"',
    cure="Use the new name.",
)
def old_name(reading: Reading, world: World) -> Faults:
    for stage, use in reading.missing:
        for name in dict.fromkeys((_joined(reading, use), use.name)):
            by = stage.before.why(name)
            new = _new_name(by, name)
            if by is not None and new:
                message = f"`{name}` is called `{new}` since {_stage_in_words(reading, by)}"
                yield reading.fault(message, use.span, f"write `{new}`" if stage.before.has(new) else "")
                break


def _joined(reading: Reading, use: Use) -> str:
    """What the author may have meant by a name with a dot beside it: in eval, `a.b` is two fields."""
    text = reading.expanded.text if reading.expanded else ""
    start = use.span.start
    while start and (text[start - 1].isalnum() or text[start - 1] in "_{}."):
        start -= 1
    found = _DOTTED.match(text, start)
    return found[0] if found and found.end() >= use.span.end and text[use.span.start] not in "'\"" else use.name


def _new_name(command: Command | None, name: str) -> str:
    """What a rename made of a name, empty for another command."""
    if isinstance(command, Rename):
        for pair in command.pairs:
            if isinstance(pair, tuple) and matches(pair[0].name, name):
                return renamed(name, pair[0].name, pair[1].name)
    return ""


_SHOWS = ("convert", "fieldformat")


@rule(
    "SP224",
    "Field that is not there any more",
    on="spl",
    why="Behind stats, table and their kin only the fields that they name are left. A condition on any other is never "
    "true, so the search finds nothing; a column of it stays empty.",
    example='search: index=web | stats count by dest | where user!="admin"',
    cure="Carry the field along: in the by clause, or with values(field) as field.",
)
def gone(reading: Reading, world: World) -> Faults:
    for stage, use in reading.missing:
        before = stage.before
        by = before.why(use.name)
        joined = _joined(reading, use)
        if _new_name(by, use.name) or _new_name(before.why(joined), joined):
            continue
        if joined != use.name and before.has(joined):
            if not joined.startswith(use.name):
                continue  # said of the first half
            message = f"without quotes, `{joined}` is the texts of `{joined.replace('.', '` and `')}` joined"
            yield reading.fault(message, use.span, f"write '{joined}' in single quotes")
            continue
        near = did_you_mean(use.name, sorted(before.known))
        if by is not None:
            carry = f"carry it along: values({use.name}) as {use.name}" if isinstance(by, Stats) else ""
            fault = reading.fault(f"`{use.name}` is gone since {_stage_in_words(reading, by)}", use.span, near or carry)
        else:
            there = ", ".join(sorted(before.known)[:12])
            message = f"no stage before this one yields `{use.name}`"
            fault = reading.fault(message, use.span, near or (f"there are {there}" if there else ""))
        yield replace(fault, severity=Severity.WARNING) if _harmless(stage.command, use.name) else fault


def _harmless(command: Command, name: str) -> bool:
    """Whether a stage only changes how the field looks, as time macros do, or where rows stand: of one that is not
    there it makes nothing, and the rows stay what they are."""
    if command.name in (*_SHOWS, "sort"):
        return True
    return isinstance(command, Eval) and any(
        isinstance(each, Assignment)
        and each.target.name == name
        and isinstance(each.value, Call)
        and each.value.name == "strftime"
        for each in command.assignments
    )


def _stage_in_words(reading: Reading, command: Command) -> str:
    """A stage in a few words, with its line: `` `stats ... by dest` (line 4 of the search) ``."""
    if isinstance(command, Stats):
        fields = " ".join(each.name if isinstance(each, Field) else f"`{each.name}`" for each in command.by)
        text = f"{command.name} … by {fields}" if fields else f"{command.name} …"
    else:
        text = print_command(command)
    return f"{quote_for_message(text)} in line {reading.line(command.span)} of the search"
