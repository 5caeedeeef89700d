"""delete: events out of the reach of searches. Search Reference: "delete"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "delete", Kind.STREAMING, "", flow=Flow.ONLY, yields=("splunk_server", "index", "deleted", "errors"), risky=True
    )
)
