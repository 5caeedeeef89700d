"""searchtxn: events of transactions. Search Reference: "searchtxn"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "searchtxn",
        Kind.GENERATING,
        "type terms",
        options("max_terms:int use_disjunct:bool eventsonly:bool"),
        Flow.OPEN,
        any_option=True,
        anywhere=True,
    )
)
