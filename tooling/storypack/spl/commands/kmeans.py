"""kmeans: clusters of rows by their numbers. Search Reference: "kmeans"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "kmeans",
        Kind.DATASET,
        "[fields]",
        options("reps:int maxiters:int t:num k:string cnumfield:field distype:string showcentroid:bool"),
        Flow.ADDS,
        ("CLUSTERNUM",),
    )
)
