"""nomv: several values made one text. Search Reference: "nomv"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Kind
from storypack.spl.commands.plain import ONE_FIELD, first_word, plain

plain(CommandFacts("nomv", Kind.STREAMING, "field", needs="field"), uses=first_word, wrong_words=ONE_FIELD)
