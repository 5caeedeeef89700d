"""anomalies: how unexpected each event is among its neighbours. Search Reference: "anomalies"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "anomalies",
        Kind.DATASET,
        "[BY fields]",
        options(
            "threshold:num labelonly:bool normalize:bool maxvalues:int field:field denylist:string "
            "denylistthreshold:num blacklist:string blacklistthreshold:num"
        ),
        Flow.ADDS,
        ("unexpectedness",),
    )
)
