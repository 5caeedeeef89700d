"""What the engine runs and refuses is what the catalogue of Splunk's language knows, neither more nor less."""

from __future__ import annotations

import pytest

from storypack.engine import NotSupported, run_search
from storypack.engine.aggregations import is_aggregation
from storypack.engine.aggregations.registry import names as aggregations
from storypack.engine.commands.registry import REFUSED, find, handlers
from storypack.engine.commands.registry import names as commands
from storypack.engine.functions import lookup
from storypack.engine.functions import names as functions
from storypack.spl import catalogue, tree
from storypack.spl.cards import cards
from storypack.spl.catalogue.stats_functions import PERCENTILES


def test_the_same_eval_functions() -> None:
    assert set(functions()) == set(catalogue.functions())


@pytest.mark.parametrize("name", functions())
def test_the_same_numbers_of_arguments(name: str) -> None:
    ours, facts = lookup(name), catalogue.function(name)
    assert ours is not None
    assert facts is not None
    assert (ours.min_args, ours.max_args) == (facts.least, facts.most)


def test_the_same_aggregations() -> None:
    """`eval` is a form, not a function; those of mstats alone belong to a command that is refused."""
    known = {name for name, facts in catalogue.aggregations().items() if facts.commands != ("mstats",)}
    assert set(aggregations()) == (known - {"eval"}) | set(PERCENTILES)


@pytest.mark.parametrize("name", ["p95", "perc99.9", "exactperc50", "upperperc5", "p", "perc101", "max", "nope"])
def test_the_same_percentiles(name: str) -> None:
    assert (catalogue.aggregation(name) is not None) == (is_aggregation(name) and name not in PERCENTILES)


def test_every_command_is_run_or_refused() -> None:
    assert set(commands()) | set(REFUSED) == set(catalogue.commands())
    assert not set(commands()) & set(REFUSED)


def test_a_command_runs_in_the_file_of_its_name() -> None:
    """Or of the family with which it shares a grammar; what changes no row, and selfjoin, are in files for several."""
    others = {"selfjoin": "join"}
    for name, handler in handlers().items():
        card = cards()[name]
        own, family = card.facts.name, card.node.__module__.rsplit(".", 1)[1]
        assert handler.file in {own, f"{own}_", family, others.get(name, "unchanged")}, name


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refusal_names_the_command_and_the_reason(name: str) -> None:
    with pytest.raises(NotSupported) as refusal:
        find(tree.Plain(name, ()))
    assert refusal.value.name == name
    assert REFUSED[name] in refusal.value.message


def test_a_slip_of_the_pen_is_told() -> None:
    with pytest.raises(NotSupported, match="did you mean `dedup`"):
        run_search("search a=1 | dedupe a", [{"a": 1}])
