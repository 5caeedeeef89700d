"""Commands that hold other searches: join, append and its kin, foreach, map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from storypack.spl.fields.names import Tables, matches
from storypack.spl.fields.state import Fieldset
from storypack.spl.source import SplError
from storypack.spl.tree import Combine, Command, Field, Foreach, Join, MapSearch, Pipeline

WITH_SUBSEARCHES = (Join, Combine, Foreach, MapSearch)
_MOST_TIMES = 40  # a foreach over more fields than that is taken to yield any field
_Run = Callable[[Pipeline, Tables, Fieldset], Fieldset]


def subsearches(command: Command) -> tuple[Pipeline, ...]:
    """The searches that a command runs beside the main one."""
    if isinstance(command, Join):
        return (command.pipeline,)
    return command.pipelines if isinstance(command, Combine) else ()


def continues(command: Command) -> bool:
    """Does the inner search run on the results that come in?"""
    return isinstance(command, Combine) and command.name == "appendpipe"


def effect(
    command: Join | Combine | Foreach | MapSearch, state: Fieldset, inner: Sequence[Fieldset], tables: Tables, run: _Run
) -> Fieldset:
    """The fields behind the command, `inner` being those of its subsearches."""
    if isinstance(command, MapSearch):
        return state.only((), command, ["*"])
    if isinstance(command, Foreach):
        return _foreach(command, state, tables, run)
    if isinstance(command, Combine) and command.words and command.name == "union":
        return state.opened()  # datasets by name
    if isinstance(command, Combine) and command.name in ("multisearch", "set", "union") and not state.known and inner:
        state, inner = inner[0], inner[1:]
    for other in inner:
        state = state.union(other)
    return state


def _foreach(command: Foreach, state: Fieldset, tables: Tables, run: _Run) -> Fieldset:
    from storypack.spl.parser import parse

    patterns = ["*" if not isinstance(each, Field) else each.name for each in command.fields]
    names = list(dict.fromkeys(name for pattern in patterns for name in state.matching(pattern)))
    if len(names) > _MOST_TIMES:
        return state.opened()
    todo = [(name, next(p for p in patterns if matches(p, name))) for name in names]
    if state.is_open:
        todo += [(pattern, pattern) for pattern in patterns if "*" in pattern]
    if not patterns:
        todo = [("", "")]  # mode=multivalue and its kin run once
    for name, pattern in todo:
        try:
            state = run(parse("| " + _filled(command.template, name, pattern)), tables, state)
        except SplError:
            return state.opened()
    return state


def _filled(template: str, name: str, pattern: str) -> str:
    """The template for one field. Search Reference: "foreach"."""
    pieces = pattern.split("*")
    rest, parts = name, []
    if len(pieces) > 1 and name != pattern:
        for before, after in pairwise(pieces):
            rest = rest[len(before) :]
            end = rest.find(after) if after else len(rest)
            parts.append(rest[:end])
            rest = rest[end:]
    filled = template.replace("<<FIELD>>", name).replace("<<ITEM>>", "ITEM").replace("<<ITER>>", "0")
    filled = filled.replace("<<MATCHSTR>>", "".join(parts) or name)
    for number in (1, 2, 3):
        filled = filled.replace(f"<<MATCHSEG{number}>>", parts[number - 1] if number <= len(parts) else "*")
    return filled
