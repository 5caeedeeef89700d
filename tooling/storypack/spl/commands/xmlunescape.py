"""xmlunescape: entities of XML resolved. Search Reference: "xmlunescape"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("xmlunescape", Kind.STREAMING, "", options("maxinputs:int"), needs="_raw"))
