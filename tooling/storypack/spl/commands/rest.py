"""rest: an endpoint of the REST interface. Search Reference: "rest"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "rest",
        Kind.GENERATING,
        "uri",
        options(
            "splunk_server:string splunk_server_group:string timeout:int count:int f:field search:string strict:bool"
        ),
        Flow.OPEN,
        any_option=True,
    )
)
