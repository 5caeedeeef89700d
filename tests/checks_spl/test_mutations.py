"""Two hundred mistakes in the pack's own searches: each is reported where it was made, and none ends in a crash."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from storypack.checks.catalogue import rules
from storypack.checks.context import Context
from storypack.checks.searches.reading import Reading, read
from storypack.checks.searches.world import world_of
from storypack.issue import Severity
from storypack.pack.load import load_pack
from storypack.spl.source import line_column
from tests.checks_spl.mutations import MAKERS, Mutation, mutations

PACK = Path(__file__).parents[2]
COUNT = 220
SEED = 20261122


@cache
def sound_searches() -> tuple[Reading, ...]:
    """The searches of the pack. They have no error, or the test could not tell what a mutation added."""
    context = Context(load_pack(PACK).pack, dt.date(2026, 11, 22))
    world = world_of(context)
    found = [read(entry.model, "search", entry.model.search, world) for entry in context.pack.searches]
    return tuple(reading for reading in found if not errors(reading))


def errors(reading: Reading) -> list[tuple[int, str]]:
    """Offset and message of each error in the search's text."""
    found = []
    for rule in rules().values():
        if rule.on == "spl" and rule.severity is Severity.ERROR and rule.check is not None:
            for fault in rule.check(reading, reading.world):
                if fault.key == "search" and fault.offset is not None:
                    found.append((fault.offset, f"{rule.id} {fault.message}"))
    return found


def report(mutation: Mutation, found: list[tuple[int, str]]) -> str:
    """What went wrong, for a reader of the test's result."""
    places = [f"{line_column(mutation.text, offset)} {message}" for offset, message in found]
    line, column = line_column(mutation.text, mutation.offset)
    changed = mutation.text.split("\n")[line - 1]
    return f"{mutation.kind} in {mutation.reading.owner.name!r} at {line}:{column}\n  {changed}\n  said: {places}"


def test_the_pack_has_searches_to_break() -> None:
    assert len(sound_searches()) >= 25
    assert COUNT >= 200


@pytest.mark.parametrize("seed", [SEED])
def test_each_mistake_is_reported_where_it_was_made(seed: int) -> None:
    kinds: dict[str, int] = {}
    missed = []
    for mutation in islice(mutations(sound_searches(), seed), COUNT):
        kinds[mutation.kind] = kinds.get(mutation.kind, 0) + 1
        reading = read(mutation.reading.owner, "search", mutation.text, mutation.reading.world)
        found = errors(reading)
        if not any(mutation.start <= offset <= mutation.end for offset, _ in found):
            missed.append(report(mutation, found))
    assert len(kinds) == len(MAKERS)
    assert not missed, f"{len(missed)} of {COUNT}\n" + "\n".join(missed)
