"""transaction: events that belong together made one. Search Reference: "transaction"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import all_words, plain

plain(
    CommandFacts(
        "transaction",
        Kind.CENTRALIZED,
        "[fields]",
        options(
            "name:string maxspan:span maxpause:span maxevents:int startswith:string endswith:string connected:bool "
            "unifyends:bool keeporphans:bool maxopentxn:int maxopenevents:int keepevicted:bool mvlist:string "
            "delim:string nullstr:string mvraw:bool"
        ),
        Flow.ADDS,
        ("duration", "eventcount", "closed_txn", "field_match_sum", "linecount"),
        "fields",
    ),
    uses=all_words,
)
