"""kvform: fields by a form. Search Reference: "kvform"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("kvform", Kind.STREAMING, "", options("form:string field:field"), Flow.OPEN, internal=True))
