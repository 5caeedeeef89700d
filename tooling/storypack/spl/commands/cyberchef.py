"""cyberchef: recipes of CyberChef over a field. CyberChef for Splunk."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.opaque import opaque

opaque(
    CommandFacts(
        "cyberchef",
        Kind.STREAMING,
        "",
        options("infield:field outfield:field operation:string jsonrecipe:string b64recipe:string"),
        Flow.OPEN,
        origin="CyberChef for Splunk",
        any_option=True,
    )
)
