"""noop: nothing; settings for debugging. Search Reference: "noop"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import plain

plain(CommandFacts("noop", Kind.ORCHESTRATING, "", internal=True, any_option=True))
