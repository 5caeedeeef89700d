"""x11: a series without its seasons. Search Reference: "x11"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import named, plain

plain(
    CommandFacts("x11", Kind.DATASET, "[type][(period)] field [AS name]", flow=Flow.ADDS, needs="field"),
    yields=named(lambda field, command: f"x11({field})"),
)
