"""format: all rows as one condition, the end of a subsearch. Search Reference: "format"."""

from __future__ import annotations

from collections.abc import Sequence

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, expected, plain


def _wrong_words(command: Plain, given: Sequence[str]) -> str:
    return "" if len(given) in (0, 6) else expected("no texts, or six", given)


plain(
    CommandFacts(
        "format",
        Kind.DATASET,
        "[six texts]",
        options("mvsep:string maxresults:int emptystr:string"),
        Flow.ONLY,
        ("search",),
    ),
    wrong_words=_wrong_words,
)
