"""pivot: a table of a data model's dataset. Search Reference: "pivot"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

opaque(CommandFacts("pivot", Kind.GENERATING, "model dataset elements", flow=Flow.OPEN, any_option=True))
