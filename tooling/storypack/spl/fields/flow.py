"""`flow`: the fields before and after each stage of a search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from storypack.spl import catalogue
from storypack.spl.fields import adding, combining, plain, reshaping
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.fields.walk import walk
from storypack.spl.tree import (
    Command,
    Compare,
    Deferred,
    From,
    Inputlookup,
    MacroCall,
    Opaque,
    Pipeline,
    Search,
    SubsearchTerm,
    Term,
    Tstats,
)


@dataclass(frozen=True, slots=True)
class StageFields:
    """A stage and the fields around it. `inner` are the stages of its subsearches."""

    command: Command
    before: Fieldset
    after: Fieldset
    inner: tuple[tuple[StageFields, ...], ...] = ()


_GENERATING = (Search, Opaque, Deferred, Tstats, From, Inputlookup)
_NO_TABLES = Tables()
Effect = Callable[[Any, Fieldset, Tables], Fieldset]
_EFFECTS: dict[type[Command], Effect] = {**adding.EFFECTS, **reshaping.EFFECTS, **plain.EFFECTS}


def flow(pipeline: Pipeline, tables: Tables = _NO_TABLES, start: Fieldset | None = None) -> tuple[StageFields, ...]:
    """The stages of a search in order. `start` are the fields of the results that come in (appendpipe)."""
    state = start or _before(pipeline)
    stages = []
    for number, command in enumerate(pipeline.commands):
        inner = tuple(
            flow(each, tables, state if combining.continues(command) else None)
            for each in combining.subsearches(command)
        )
        if number == 0 and start is None and isinstance(command, Search | Opaque | Deferred):
            after = _first(command)
        elif isinstance(command, combining.WITH_SUBSEARCHES):
            after = combining.effect(command, state, [stages[-1].after for stages in inner if stages], tables, _run)
        else:
            after = _EFFECTS[type(command)](command, state, tables)
        stages.append(StageFields(command, state, after, inner))
        state = after
    return tuple(stages)


def _before(pipeline: Pipeline) -> Fieldset:
    """What the first stage finds: nothing if it makes results of its own, else events."""
    first = pipeline.commands[0]
    facts = catalogue.command(getattr(first, "name", "")) if not isinstance(first, _GENERATING) else None
    made = isinstance(first, _GENERATING) or (facts is not None and facts.generating)
    return Fieldset() if made else Fieldset(OF_EVENTS, ("*",))


def _run(pipeline: Pipeline, tables: Tables, state: Fieldset) -> Fieldset:
    """What a piece of search that is run in the middle of another makes of its fields."""
    stages = flow(pipeline, tables, state)
    return stages[-1].after if stages else state


def _first(command: Search | Opaque | Deferred) -> Fieldset:
    """Events, or what an unknown command makes: any field may be there; those that are asked for are named."""
    if isinstance(command, Opaque | Deferred):
        return Fieldset(frozenset(), ("*",))
    return Fieldset(OF_EVENTS.union(_asked(command.term)), ("*",))


def _asked(term: Term | None) -> set[str]:
    if term is None:
        return set()
    nodes = list(walk(term))
    if any(isinstance(node, MacroCall | SubsearchTerm) for node in nodes):
        nodes = [node for node in nodes if isinstance(node, Compare)]
    return {node.field.name for node in nodes if isinstance(node, Compare) and "*" not in node.field.name}
