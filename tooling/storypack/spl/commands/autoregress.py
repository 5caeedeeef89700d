"""autoregress: values of the rows before as fields of this one. Search Reference: "autoregress"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, field_as, first_word, named, plain


def _autoregressed(field: str, command: Plain) -> str:
    return f"{field}_p{command.option('p') or '1'}" if "-" not in command.option("p") else f"{field}_p*"


def _wrong_words(command: Plain, given: Sequence[str]) -> str:
    period = command.option("p")
    if period and not re.fullmatch(r"\d+(?:-\d+)?", period):
        return f"p=1 or a range p=1-3, not p={period}"
    return field_as(command, given)


plain(
    CommandFacts("autoregress", Kind.CENTRALIZED, "field [AS name]", options("p:string"), Flow.ADDS, needs="field"),
    uses=first_word,
    yields=named(_autoregressed),
    wrong_words=_wrong_words,
)
