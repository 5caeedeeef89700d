"""dump: events into files. Search Reference: "dump"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "dump",
        Kind.DATASET,
        "",
        options("basefilename:string rollsize:int maxlocal:int compress:int format:raw|csv|tsv|json|xml fields:string"),
        Flow.NOTHING,
        risky=True,
    )
)
