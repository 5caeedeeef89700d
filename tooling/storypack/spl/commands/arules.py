"""arules: which values go together. Search Reference: "arules"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("arules", Kind.CENTRALIZED, "fields", options("sup:int conf:num"), Flow.ONLY, needs="fields"))
