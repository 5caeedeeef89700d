"""inputcsv: rows of a CSV file. Search Reference: "inputcsv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "inputcsv",
        Kind.GENERATING,
        "file [WHERE terms]",
        options("dispatch:bool append:bool strict:bool start:int max:int events:bool"),
        Flow.OPEN,
    )
)
