"""meventcollect: events into a metrics index. Search Reference: "meventcollect"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "meventcollect",
        Kind.STREAMING,
        "[dimensions]",
        options(
            "index:string file:string split:string spool:bool prefix_field:field host:string source:string "
            "sourcetype:string marker:string run_in_preview:bool"
        ),
        risky=True,
    )
)
