"""cefout: results to another system in CEF. Search Reference: "cefout"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("cefout", Kind.DATASET, "", flow=Flow.OPEN, internal=True, any_option=True))
