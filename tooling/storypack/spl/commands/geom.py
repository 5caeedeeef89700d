"""geom: outlines for a choropleth map. Search Reference: "geom"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "geom",
        Kind.DATASET,
        "[lookup]",
        options(
            "allFeatures:bool featureIdField:field gen:num min_x:num min_y:num max_x:num max_y:num "
            "allfeatures:bool featureidfield:field"
        ),
        Flow.ADDS,
        ("geom",),
    )
)
