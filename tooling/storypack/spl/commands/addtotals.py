"""addtotals: the sum of each row's numeric fields, and of each column. Search Reference: "addtotals"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.truth import OPTION


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    total = command.option("fieldname") or "Total"
    rows = not OPTION.is_false(command.option("row"))
    return state.plus(command.option("labelfield"), total if rows else "")


plain(
    CommandFacts(
        "addtotals",
        Kind.STREAMING,
        "[fields]",
        options("row:bool col:bool labelfield:field label:string fieldname:field"),
        Flow.ADDS,
        ("Total",),
        "numeric fields",
    ),
    yields=_yields,
)
