"""redistribute: the rest of the search on several machines. Search Reference: "redistribute"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("redistribute", Kind.ORCHESTRATING, "[BY fields]", options("num_of_reducers:int")))
