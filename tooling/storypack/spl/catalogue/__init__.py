"""What Splunk documents of its commands and functions (Search Reference 9.4 and 10.0), in our own words.

Those of commands stand in their files (`spl/commands/`). The tables are loaded when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storypack.spl.catalogue.model import AggregationFacts, CommandFacts, FunctionFacts


def is_command(name: str) -> bool:
    """Is it a command whose arguments we know? `name` in lower case."""
    from storypack.spl import cards

    card = cards.card(name)
    return card is not None and card.reads_arguments


def is_known(name: str) -> bool:
    """Is it a command of Splunk, or one that well-known apps bring? `name` in lower case."""
    from storypack.spl import cards

    return cards.card(name) is not None


@cache
def commands() -> dict[str, CommandFacts]:
    """All commands by name, an alias leading to the same facts as the name."""
    from storypack.spl import cards

    return {name: card.facts for name, card in cards.cards().items()}


def command(name: str) -> CommandFacts | None:
    """The facts of a command, by name or alias in any case; None if nobody documents it."""
    return commands().get(name.lower())


@cache
def functions() -> dict[str, FunctionFacts]:
    """All functions of eval and where, by name."""
    from storypack.spl.catalogue.eval_functions import FUNCTIONS

    return FUNCTIONS


def function(name: str) -> FunctionFacts | None:
    """The facts of an eval function, its name in any case."""
    return functions().get(name.lower())


def aggregations() -> dict[str, AggregationFacts]:
    """The functions of stats and its kin by name and alias; percentiles (`p95`) are found by `aggregation` only."""
    from storypack.spl.catalogue.stats_functions import AGGREGATIONS

    return AGGREGATIONS


def aggregation(name: str) -> AggregationFacts | None:
    """The facts of an aggregation, its name in any case."""
    from storypack.spl.catalogue import stats_functions

    return stats_functions.aggregation(name)
