"""iplocation: country, city and coordinates of an address. Search Reference: "iplocation"."""

from __future__ import annotations

from storypack.spl.catalogue.model import CommandFacts, Flow, Kind, options
from storypack.spl.commands.plain import ONE_FIELD, Plain, first_word, plain
from storypack.spl.fields.names import Tables
from storypack.spl.fields.state import Fieldset
from storypack.spl.nodes import is_true


def _yields(command: Plain, state: Fieldset, tables: Tables) -> Fieldset:
    names = ["City", "Country", "Region", "lat", "lon"]
    if is_true(command.option("allfields")):
        names += ["Continent", "MetroCode", "Timezone"]
    return state.plus(*(command.option("prefix") + name for name in names))


plain(
    CommandFacts(
        "iplocation",
        Kind.STREAMING,
        "field",
        options("prefix:string allfields:bool lang:string"),
        Flow.ADDS,
        ("City", "Country", "Region", "lat", "lon"),
        "field",
    ),
    uses=first_word,
    yields=_yields,
    wrong_words=ONE_FIELD,
)
