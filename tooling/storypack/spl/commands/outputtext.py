"""outputtext: `_raw` as escaped text. Search Reference: "outputtext"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("outputtext", Kind.DATASET, "", options("usexml:bool"), Flow.ADDS, ("_xml",)))
