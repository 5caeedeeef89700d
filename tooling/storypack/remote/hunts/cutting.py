"""What of a search runs on the instance, and what here: texts made by small cuts of the author's own words.

The rest from the first command that reads or writes a lookup which the instance lacks (or has another state of, as of
a baseline's) runs here, over the rows that the part before it gives there.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from storypack.hunting.prefix import depends_on_moment, is_by_event
from storypack.pack.models.schedule import Schedule
from storypack.remote.narrow import CannotNarrow, nodes, table_of, with_head
from storypack.spl import parse, tree
from storypack.spl.fields.walk import walk
from storypack.timemod import resolve

AT = "storypack_at"
_SETS_TIME = (tree.Bin, tree.Eval, tree.Rename, tree.Plain)
_SAMPLE = 1_699_999_980.0  # a full minute, and of no rounder unit


@dataclass(frozen=True, slots=True)
class Cut:
    """A search in two parts; `here` is empty if all of it runs there."""

    there: str
    here: str = ""


def cut(text: str, ours: Collection[str]) -> Cut:
    """Cut a search, its macros put in, before the first command that names one of `ours` (lookups that are known here
    only). Raises CannotNarrow if nothing is left for the instance, SplError for text that is no search."""
    text = with_head(text)
    pipeline = parse(text)
    for number, command in enumerate(pipeline.commands):
        name = next((word.text for node in nodes(command) if (word := table_of(node)) and word.text in ours), None)
        if name is None:
            continue
        if not number:
            raise CannotNarrow(f"it begins with the lookup {name}, which the instance does not have as it was then")
        return Cut(text[: pipeline.commands[number - 1].span.end], text[command.span.start :])
    return Cut(text)


def prefix(text: str) -> str | None:
    """The part of a search that looks at one event at a time; None for a search that does not begin with events, or
    that says itself at which time it looks."""
    pipeline = parse(text)
    first, *others = pipeline.commands or (None,)
    if not isinstance(first, tree.Search) or pipeline.leading_pipe or not _is_plain(first):
        return None
    last: tree.Command = first
    for node in others:
        if not is_by_event(node, frozenset()) or _sets_time(node):
            break
        last = node
    return text[: last.span.end]


def probe(text: str, step: int) -> str | None:
    """A search for the times at which a search sees events, in steps of so many seconds: a row for each, with the field
    AT. None if that cannot be told."""
    begin = prefix(text)
    if begin is not None:
        return f"{begin} | eval {AT}=floor(_time/{step})*{step} | stats count BY {AT}"
    first = (parse(text).commands or (None,))[0]
    if not isinstance(first, tree.Tstats) or first.name != "tstats" or not _is_plain(first):
        return None
    given = [each for each in first.options if not isinstance(each, tree.Option) or each.name in _KEPT]
    if len(given) < sum(not isinstance(each, tree.Option) or each.name != "fillnull_value" for each in first.options):
        return None
    (counting,) = parse(f"| tstats count BY _time span={step}s").commands
    assert isinstance(counting, tree.Tstats)
    counted = replace(counting, datamodel=first.datamodel, where=first.where, options=tuple(given))
    return f"| {counted.to_spl()} | rename _time AS {AT}"


_KEPT = frozenset({"summariesonly", "allow_old_summaries", "local", "chunk_size"})


def dataset(text: str) -> str:
    """The dataset of a data model (`Endpoint.Processes`) that a search begins with; "" for others."""
    first = (parse(text).commands or (None,))[0]
    return first.datamodel if isinstance(first, tree.Tstats) else ""


def has_own_range(text: str) -> bool:
    """Whether the search says itself at which time it looks."""
    return any(isinstance(node, tree.TimeModifier) for node in walk(parse(text)))


def step_of(schedule: Schedule | None) -> int:
    """The seconds by which a schedule's window can be told to hold an event: a minute, unless it has finer borders."""
    if schedule is None:
        return 60
    borders = [resolve(text, _SAMPLE) for text in (schedule.earliest_time, schedule.latest_time) if text.strip()]
    return 60 if all(border % 60 == 0 for border in borders) else 1


def quoted(name: str) -> str:
    """A field's name as an argument of `fields`."""
    return name if re.fullmatch(r"\w[\w.]*", name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain(first: tree.Command) -> bool:
    """Whether what it looks for is known before it runs, and the same at any time."""
    return not any(isinstance(each, tree.Pipeline) for each in walk(first)) and not depends_on_moment(
        tree.Pipeline((first,))
    )


def _sets_time(node: tree.Command) -> bool:
    return isinstance(node, _SETS_TIME) and any(
        isinstance(each, tree.Field) and each.name == "_time" for each in walk(node)
    )
