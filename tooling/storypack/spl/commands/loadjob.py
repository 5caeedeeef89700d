"""loadjob: the results of a job. Search Reference: "loadjob"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "loadjob",
        Kind.GENERATING,
        "sid | savedsearch=...",
        options(
            "savedsearch:string job_delegate:string events:bool artifact_offset:int ignore_running:bool delegate:string"
        ),
        Flow.OPEN,
    )
)
