"""typeahead: words that begin with a prefix. Search Reference: "typeahead"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "typeahead",
        Kind.GENERATING,
        "",
        options(
            "prefix:string count:int max_time:int index:string starttimeu:int endtimeu:int collapse:bool "
            "use_fast_path:bool"
        ),
        Flow.ONLY,
        ("content", "count", "operator"),
    )
)
