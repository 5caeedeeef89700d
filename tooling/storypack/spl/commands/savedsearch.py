"""savedsearch: the results of a saved search. Search Reference: "savedsearch"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "savedsearch",
        Kind.GENERATING,
        "name",
        options("nosubstitution:bool"),
        Flow.OPEN,
        any_option=True,
        anywhere=True,
    )
)
