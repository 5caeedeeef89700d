"""rangemap: a name for the range that a number lies in. Search Reference: "rangemap"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "rangemap",
        Kind.STREAMING,
        "field=name label=low-high ...",
        options("field:field default:string"),
        Flow.ADDS,
        ("range",),
        "field",
        any_option=True,
    )
)
