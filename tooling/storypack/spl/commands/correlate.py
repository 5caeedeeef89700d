"""correlate: how often fields occur together. Search Reference: "correlate"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import columns_from_values, plain

plain(CommandFacts("correlate", Kind.TRANSFORMING, "", flow=Flow.OPEN), yields=columns_from_values(0))
