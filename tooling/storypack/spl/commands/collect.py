"""collect: results into a summary index. Search Reference: "collect"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain, same_filled

plain(
    CommandFacts(
        "collect",
        Kind.DATASET,
        "",
        options(
            "index:string addtime:bool addinfo:bool file:string host:string marker:string output_format:raw|hec "
            "run_in_preview:bool "
            "spool:bool source:string sourcetype:string testmode:bool uselb:bool"
        ),
        aliases=("stash",),
        risky=True,
    ),
    filled=same_filled,
)
