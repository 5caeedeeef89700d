"""geomfilter: outlines within a rectangle. Search Reference: "geomfilter"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("geomfilter", Kind.DATASET, "", options("min_x:num min_y:num max_x:num max_y:num"), needs="geom"))
