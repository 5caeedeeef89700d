"""localop: the rest of the search on the search head. Search Reference: "localop"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("localop", Kind.ORCHESTRATING, ""))
