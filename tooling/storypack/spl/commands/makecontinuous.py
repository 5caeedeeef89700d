"""makecontinuous: rows for steps that are missing. Search Reference: "makecontinuous"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind, options
from storypack.spl.commands.plain import first_word, plain

plain(
    CommandFacts(
        "makecontinuous",
        Kind.TRANSFORMING,
        "[field]",
        options("span:span bins:int start:num end:num aligntime:time minspan:span"),
        needs="field",
    ),
    uses=first_word,
)
