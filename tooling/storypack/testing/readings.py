"""A search run under each reading of what nobody has established (docs/unknown.md), where it depends on that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from storypack.engine.errors import EngineError
from storypack.engine.readings import READINGS, reading_as
from storypack.reference import unknown
from storypack.spl.parser import parse
from storypack.spl.unknown import dependences
from storypack.spl.unknown_uses import Dependence
from storypack.testing.results import Failure, Row
from storypack.testing.stages import Staged


def undecided(staged: Staged, rows: Sequence[Row], run: Callable[[], Sequence[Row]]) -> Failure | None:
    """What is wrong with a search that gives other rows under another reading than the `rows` of the engine's own, None
    where it gives the same. `run` runs it once more."""
    for first in _first_dependences(staged.expanded.text):
        for taken in READINGS[first.point][1:]:
            try:
                with reading_as(first.point, taken):
                    others = run()
            except EngineError as error:
                return _failure(first, staged, taken, f"an error: {error.message}")
            if list(others) != list(rows):
                counts = f"{len(others)} instead of {len(rows)}" if len(others) != len(rows) else "other rows"
                return _failure(first, staged, taken, counts)
    return None


@lru_cache(maxsize=64)
def _first_dependences(text: str) -> tuple[Dependence, ...]:
    """The first place for each point on which a search, its macros expanded, depends; the same for all its tests."""
    return tuple({each.point: each for each in reversed(list(dependences(parse(text))))}.values())


def _failure(dependence: Dependence, staged: Staged, taken: str, outcome: str) -> Failure:
    point = unknown.point(dependence.point)
    ours = point.readings[0]
    other = next(reading for reading in point.readings if reading.id == taken)
    return Failure(
        "undecided rows",
        f"the rows depend on what nobody has established: {point.title}",
        staged.location(dependence.span),
        (f"tested: {ours.says}", f"as likely: {other.says} Rows then: {outcome}", dependence.cure),
    )
