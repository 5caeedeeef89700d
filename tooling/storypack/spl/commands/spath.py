"""spath: fields from JSON or XML. Search Reference: "spath"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain, texts
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.fields.uses import Use, input_of
from storypack.spl.nulls import NONE, Names


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    given = texts(command)
    path = command.option("path") or (given[0] if given else "")
    return state.plus(command.option("output") or path) if path else state.opened()


def _uses(command: Plain) -> Iterator[Use]:
    return input_of(command, command.options, "input")


def _filled(command: Plain, known: Names) -> Names:
    if not command.words and not command.options:
        return NONE
    return known - {command.option("output") or command.option("path")}


plain(
    CommandFacts(
        "spath",
        Kind.STREAMING,
        "[path]",
        options("input:field output:field path:string"),
        Flow.ADDS,
        needs="input, or _raw",
    ),
    uses=_uses,
    yields=_yields,
    filled=_filled,
)
