"""Commands of the Machine Learning Toolkit."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

_APP = "Machine Learning Toolkit"


opaque(CommandFacts("apply", Kind.CENTRALIZED, "model", flow=Flow.OPEN, origin=_APP, any_option=True, anywhere=True))
opaque(CommandFacts("deletemodel", Kind.DATASET, "model", flow=Flow.NOTHING, risky=True, origin=_APP))
opaque(
    CommandFacts(
        "fit",
        Kind.DATASET,
        "algorithm fields FROM fields [BY fields] [INTO model]",
        flow=Flow.OPEN,
        risky=True,
        origin=_APP,
        any_option=True,
    )
)
opaque(CommandFacts("listmodels", Kind.GENERATING, "", flow=Flow.OPEN, origin=_APP))
opaque(CommandFacts("sample", Kind.DATASET, "[N]", flow=Flow.SAME, origin=_APP, any_option=True))
opaque(
    CommandFacts("score", Kind.DATASET, "method fields AGAINST fields", flow=Flow.ONLY, origin=_APP, any_option=True)
)
opaque(CommandFacts("summary", Kind.GENERATING, "model", flow=Flow.OPEN, origin=_APP, anywhere=True))
