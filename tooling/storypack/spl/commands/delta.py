"""delta: the difference to the row before. Search Reference: "delta"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_as, first_word, named, plain

plain(
    CommandFacts("delta", Kind.CENTRALIZED, "field [AS name]", options("p:int"), Flow.ADDS, needs="field"),
    uses=first_word,
    yields=named(lambda field, command: f"delta({field})"),
    wrong_words=field_as,
)
