"""gauge: a value and the bounds of a gauge. Search Reference: "gauge"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(
    CommandFacts("gauge", Kind.TRANSFORMING, "value [bounds]", flow=Flow.ONLY, yields=("x", "y1", "y2"), needs="value")
)
