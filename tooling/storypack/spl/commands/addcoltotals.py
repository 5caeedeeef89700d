"""addcoltotals: a row of totals behind the last one. Search Reference: "addcoltotals"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import field_of, plain

plain(
    CommandFacts("addcoltotals", Kind.DATASET, "[fields]", options("labelfield:field label:string"), Flow.ADDS),
    yields=field_of("labelfield"),
)
