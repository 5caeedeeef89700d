"""erex: a regular expression learnt from examples. Search Reference: "erex"."""

from __future__ import annotations

from collections.abc import Iterator

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import Plain, last_word, plain
from storypack.spl.fields.uses import Use, raw


def _uses(command: Plain) -> Iterator[Use]:
    yield raw(command, forgiving=True)


plain(
    CommandFacts(
        "erex",
        Kind.DATASET,
        "field",
        options("examples:string counterexamples:string fromfield:field maxtrainers:int"),
        Flow.ADDS,
    ),
    uses=_uses,
    yields=last_word,
)
