"""Internal commands of the platform: collapse, makejson, multireport, prjob. Search Reference: "Internal commands".

`multireport` is on no page; published searches run several reports over the same rows with it."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.opaque import opaque

opaque(CommandFacts("collapse", Kind.DATASET, "", flow=Flow.SAME, internal=True, any_option=True))
opaque(CommandFacts("makejson", Kind.STREAMING, "fields output=x", flow=Flow.OPEN, internal=True, any_option=True))
opaque(CommandFacts("multireport", Kind.DATASET, "[ pipeline ] [ pipeline ] ...", flow=Flow.OPEN, internal=True))
opaque(CommandFacts("prjob", Kind.ORCHESTRATING, "", flow=Flow.SAME, internal=True, any_option=True))
