"""setfields: one value for all rows. Search Reference: "setfields"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import Plain, plain
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    return state.plus(*(option.name for option in command.options))


plain(CommandFacts("setfields", Kind.STREAMING, "field=value, ...", flow=Flow.ADDS, any_option=True), yields=_yields)
