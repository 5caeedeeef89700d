"""accum: a running total of a field. Search Reference: "accum"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind
from storypack.spl.commands.plain import field_as, first_word, named, plain

plain(
    CommandFacts("accum", Kind.CENTRALIZED, "field [AS name]", flow=Flow.ADDS, needs="field"),
    uses=first_word,
    yields=named(lambda field, command: field),
    wrong_words=field_as,
)
