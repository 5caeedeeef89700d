"""anomalousvalue: how unusual the values of fields are. Search Reference: "anomalousvalue"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "anomalousvalue",
        Kind.DATASET,
        "[action] [fields]",
        options(
            "maxanofreq:num minsupcount:int minsupfreq:num minnormfreq:num pthresh:num action:annotate|filter|summary"
        ),
        Flow.OPEN,
    )
)
