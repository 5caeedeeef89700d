"""relevancy: how well each event fits the search. Search Reference: "relevancy"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("relevancy", Kind.STREAMING, "", flow=Flow.ADDS, yields=("relevancy",), needs="_raw"))
