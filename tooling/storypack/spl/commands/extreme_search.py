"""Commands of Extreme Search, which Enterprise Security brings."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

_APP = "Extreme Search"


opaque(CommandFacts("xsdisplayconcept", Kind.STREAMING, "concept", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(
    CommandFacts(
        "xsfindbestconcept", Kind.STREAMING, "field FROM context", flow=Flow.OPEN, origin=_APP, any_option=True
    )
)
opaque(CommandFacts("xslistconcepts", Kind.GENERATING, "context", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("xslistcontexts", Kind.GENERATING, "", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(CommandFacts("xsupdateddcontext", Kind.DATASET, "arguments", flow=Flow.OPEN, origin=_APP, any_option=True))
opaque(
    CommandFacts(
        "xswhere",
        Kind.STREAMING,
        "field FROM context IS concept",
        flow=Flow.ADDS,
        yields=("WhereCIX",),
        origin=_APP,
        any_option=True,
    )
)
