"""runshellscript: a script, for Splunk's own use. Search Reference: "runshellscript"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "runshellscript", Kind.DATASET, "arguments", flow=Flow.OPEN, risky=True, internal=True, any_option=True
    )
)
