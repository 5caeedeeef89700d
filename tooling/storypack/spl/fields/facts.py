"""What the facts of a command say of the fields behind it."""

from __future__ import annotations

from storypack.spl import catalogue
from storypack.spl.catalogue.model import Flow
from storypack.spl.fields.state import Fieldset, appended
from storypack.spl.nodes import Command


def by_facts(command: Command, state: Fieldset) -> Fieldset:
    """The fields behind a stage, as far as the catalogue knows them."""
    facts = catalogue.command(command.name)
    if facts is None:
        return state.opened()
    if facts.generating:
        made = Fieldset(frozenset(facts.yields), () if facts.flow is Flow.ONLY else ("*",))
        return appended(made, state, getattr(command, "options", ()))
    match facts.flow:
        case Flow.SAME | Flow.REMOVES:
            return state
        case Flow.ADDS:
            return state.plus(*facts.yields)
        case Flow.ONLY if facts.yields:
            return state.only(facts.yields, command)
        case Flow.NOTHING:
            return state.only((), command)
        case _:
            return state.opened()
