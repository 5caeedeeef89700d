"""predict: values to come of a time series. Search Reference: "predict"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "predict",
        Kind.DATASET,
        "field [AS name] ...",
        options(
            "algorithm:ll|llt|llp|llp5|llb|bill|bilap correlate:field future_timespan:int holdback:int period:int "
            "suppress:field"
        ),
        Flow.OPEN,
        needs="fields",
        any_option=True,
    )
)
