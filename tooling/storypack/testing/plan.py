"""Which tests there are."""

from __future__ import annotations

from collections.abc import Iterable

from storypack.pack.pack import Pack
from storypack.testing.results import PlannedTest


def plan_tests(pack: Pack, files: Iterable[str] | None = None) -> list[PlannedTest]:
    """The tests of the searches and investigations in `files` (paths in the pack; None = all), kind after kind."""
    wanted = None if files is None else set(files)
    return [
        PlannedTest(entry.path, entry.name, number, test.name, entry.at("tests", number, "name"))
        for entry in pack.tested
        if wanted is None or entry.path in wanted
        for number, test in enumerate(entry.model.tests)
    ]
