"""anomalydetection: events of a low probability. Search Reference: "anomalydetection"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "anomalydetection",
        Kind.DATASET,
        "[fields]",
        options(
            "method:histogram|zscore|iqr action:filter|annotate|summary|remove|transform|rm|tf pthresh:num "
            "cutoff:bool param:num mark:bool uselower:bool"
        ),
        Flow.OPEN,
    )
)
