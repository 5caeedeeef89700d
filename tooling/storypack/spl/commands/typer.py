"""typer: event types of the events. Search Reference: "typer"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import plain

plain(CommandFacts("typer", Kind.STREAMING, "", options("eventtypes:string maxlen:int"), Flow.ADDS, ("eventtype",)))
