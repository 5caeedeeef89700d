"""cluster: events alike in their words. Search Reference: "cluster"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, plain
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import is_true


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    count = command.option("countfield") or "cluster_count"
    counted = is_true(command.option("showcount"))
    return state.plus(command.option("labelfield") or "cluster_label", count if counted else "")


plain(
    CommandFacts(
        "cluster",
        Kind.DATASET,
        "",
        options(
            "t:num delims:string showcount:bool countfield:field labelfield:field field:field labelonly:bool "
            "match:termlist|termset|ngramset"
        ),
        Flow.ADDS,
        ("cluster_label",),
        "field, or _raw",
    ),
    yields=_yields,
)
