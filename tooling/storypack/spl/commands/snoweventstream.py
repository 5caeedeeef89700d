"""snoweventstream: incidents of ServiceNow made of results. Splunk Add-on for ServiceNow."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

opaque(
    CommandFacts(
        "snoweventstream", Kind.GENERATING, "", flow=Flow.OPEN, origin="Splunk Add-on for ServiceNow", any_option=True
    )
)
