"""`flow`: the fields before and after each stage of a search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from storypack.spl import catalogue
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import OF_EVENTS, Fieldset
from storypack.spl.fields.uses import Use, uses
from storypack.spl.nodes import Command, Pipeline


@dataclass(frozen=True, eq=False)
class StageFields:
    """A stage and the fields around it. `inner` are the stages of its subsearches."""

    command: Command
    before: Fieldset
    after: Fieldset
    inner: tuple[tuple[StageFields, ...], ...] = ()

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """The fields that the stage reads, as `uses` says."""
        return tuple(uses(self.command))


_NO_TABLES = Tables()


def flow(pipeline: Pipeline, tables: Tables = _NO_TABLES, start: Fieldset | None = None) -> tuple[StageFields, ...]:
    """The stages of a search in order. `start` are the fields of the results that come in (appendpipe)."""
    first = pipeline.commands[0]
    begins = first.begins() if start is None else None
    state = start or _before(first, begins)
    stages = []
    for command in pipeline.commands:
        inner = tuple(flow(each, tables, state if command.continues() else None) for each in command.subsearches())
        if command is first and begins is not None:
            after = begins
        else:
            after = command.yields(state, tables, [stages[-1].after for stages in inner if stages])
        stages.append(StageFields(command, state, after, inner))
        state = after
    return tuple(stages)


def _before(first: Command, begins: Fieldset | None) -> Fieldset:
    """What the first stage finds: nothing if it makes results of its own, else events."""
    facts = catalogue.command(first.name)
    made = begins is not None or (facts is not None and facts.generating)
    return Fieldset() if made else Fieldset(OF_EVENTS, ("*",))
