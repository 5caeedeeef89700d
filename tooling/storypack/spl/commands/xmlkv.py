"""xmlkv: fields from the elements of XML. Search Reference: "xmlkv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain, raw_event

plain(
    CommandFacts("xmlkv", Kind.STREAMING, "[field]", options("maxinputs:int"), Flow.OPEN, needs="_raw"), uses=raw_event
)
