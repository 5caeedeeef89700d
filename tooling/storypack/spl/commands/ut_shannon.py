"""ut_shannon: the entropy of a text. URL Toolbox."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

opaque(
    CommandFacts(
        "ut_shannon",
        Kind.STREAMING,
        "field",
        flow=Flow.ADDS,
        yields=("ut_shannon",),
        needs="field",
        origin="URL Toolbox",
        any_option=True,
    )
)
