"""abstract: a few lines of each event that say what it is about. Search Reference: "abstract"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(
    CommandFacts(
        "abstract", Kind.STREAMING, "[maxterms=N] [maxlines=N]", options("maxterms:int maxlines:int"), needs="_raw"
    )
)
