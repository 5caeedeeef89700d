"""What became of a test: plain data that can be sent between processes and shown in any format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from storypack.issue import Location

Row = Mapping[str, Any]
Problem = Literal["missing rows", "unexpected rows", "wrong rows", "undecided rows", "search error", "not run"]

WHOLE_PACK = "*"

KEPT_ROWS = 10
"""Rows of a search that a result holds on to."""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class Cause(StrEnum):
    """What keeps a test from running, or its search from finding anything."""

    NOT_MAPPED = "address without a folder"
    NO_FILE = "no file"
    POINTER = "Git LFS pointer"
    UNREADABLE = "events that cannot be read"
    UNSUPPORTED = "search that the engine does not run"
    MACRO = "macro that each site defines"
    LOOKUP = "lookup without rows"
    OTHER = "other reasons"


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A test of the pack: the file of its search, the search's name, its number there (from 0) and its name."""

    file: str
    search: str
    number: int
    name: str
    location: Location


@dataclass(frozen=True, slots=True)
class StageCount:
    """Rows that a pipe stage left. `text` is the stage on one line, shortened, as it is after macros are expanded;
    `macro` the macro that it came from."""

    line: int
    text: str
    rows: int
    macro: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a test did not pass. `message` says it in a line, `reasons` what decided, `location` where to look first,
    `cause` what it has in common with others."""

    problem: Problem
    message: str
    location: Location
    reasons: tuple[str, ...] = ()
    stages: tuple[StageCount, ...] = ()
    cause: Cause = Cause.OTHER


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test and what became of it. `rows` are the first that the search gave, `count` how many there were; `notes`
    what the reader of a passed test should know, too. `compiles` = the test lacks its events, and its search runs over
    none. `counts` = it makes the run fail. `leans_on` = files of other
    searches whose tests decided about a note; WHOLE_PACK where any might have."""

    test: PlannedTest
    outcome: Outcome
    count: int = 0
    rows: tuple[Row, ...] = ()
    failure: Failure | None = None
    notes: tuple[str, ...] = ()
    counts: bool = False
    excuse: str = ""
    compiles: bool = False
    leans_on: frozenset[str] = field(default=frozenset(), compare=False)
    seconds: float = field(default=0.0, compare=False)

    __test__ = False  # pytest takes any class of this name for a test


@dataclass(frozen=True, slots=True)
class TestRun:
    """All results, in the order of the plan; `seconds` is the time on the wall, `unchanged` the number of results of an
    earlier run, on whose tests nothing has changed."""

    results: tuple[TestResult, ...]
    seconds: float = field(default=0.0, compare=False)
    unchanged: int = 0

    __test__ = False

    def count(self, outcome: Outcome) -> int:
        return sum(result.outcome is outcome for result in self.results)

    @property
    def causes(self) -> Counter[tuple[Outcome, Cause]]:
        """How many tests failed or were not run for each cause."""
        return Counter((each.outcome, each.failure.cause) for each in self.results if each.failure)

    @property
    def failed(self) -> bool:
        """Whether any result makes the run fail."""
        return any(result.counts for result in self.results)
