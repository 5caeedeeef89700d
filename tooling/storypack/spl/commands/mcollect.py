"""mcollect: results into a metrics index. Search Reference: "mcollect"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "mcollect",
        Kind.DATASET,
        "[dimensions]",
        options(
            "index:string file:string split:string spool:bool prefix_field:field host:string source:string "
            "sourcetype:string marker:string run_in_preview:bool"
        ),
        risky=True,
    )
)
