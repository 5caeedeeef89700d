"""The catalogue: every rule with its id, what it means and why it matters. `validate`, docs and reports read it here.

A rule is a small function with a decorator. It is called once for each subject that it is `on`, and yields a `Fault`
for each thing that is wrong:

    @rule("SP104", "Version below 1", on="content", why="...", example="version: 0", cure="Start at 1.")
    def version(content: Content, context: Context) -> Faults:
        if content.version < 1:
            yield Fault(f"version is {content.version}", key="version")

Ids are stable: a rule that goes away leaves its number unused. SP0xx: the file can not be read as content; SP1xx: its
metadata; SP2xx and SP3xx: its searches; SP4xx: investigations; SP9xx: the app that it becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, TypeVar

from storypack import plugins
from storypack.checks.context import Context as Context
from storypack.issue import Location, Severity
from storypack.pack.kinds import KINDS

SUBJECTS = {"content", "search", "pack", "spl", *(kind.name for kind in KINDS)}
"""What a rule may be about. `content`: every object of the pack; `search`: detections and baselines; `pack`: the pack
once, as a whole; `spl`: every text with SPL, as a `searches.reading.Reading`, and instead of the context the `World` of
its search; or the objects of one kind."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a rule found: what, at which key (`finding.entity.score`, `tests.0.name`), and the cure.

    `offset` is a character of the text at `key`; `about` the object, where it is not the rule's own subject; `location`
    a place in a file that is not the object's YAML (a CSV).
    """

    message: str
    key: str = ""
    cure: str = ""
    offset: int | None = None
    about: object = None
    location: Location | None = None
    severity: Severity | None = None  # where it weighs less than the rule's other faults


Faults = Iterator[Fault]
MOST = 50  # faults of one rule in one object (or search) that are shown: nobody reads more, and nobody waits for them


def first_of(faults: Iterable[Fault]) -> Faults:
    """The first faults of a rule in one object; when there are more, one that says so."""
    rest = iter(faults)
    yield from islice(rest, MOST)
    for fault in islice(rest, 1):
        message = f"there is more of this kind; the first {MOST} are shown"
        yield replace(fault, message=message, cure="mend those that are shown, and look again")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the catalogue. `check` is None for rules that the loader or the runner itself applies.

    `policy`: the rule is what this house asks for. What the others complain about, Splunk refuses, misreads or never
    matches.
    """

    id: str
    title: str
    severity: Severity
    why: str
    example: str
    cure: str = ""
    on: str = "content"
    final: bool = False  # can not be silenced
    policy: bool = False
    check: Callable[[Any, Any], Faults] | None = field(default=None, compare=False, repr=False)


_RULES: dict[str, Rule] = {}
Check = TypeVar("Check", bound=Callable[[Any, Any], Faults])


def rule(
    id: str,
    title: str,
    *,
    on: str,
    why: str,
    example: str,
    cure: str = "",
    severity: Severity = Severity.ERROR,
    final: bool = False,
    policy: bool = False,
) -> Callable[[Check], Check]:
    """Put the decorated function into the catalogue."""

    def register(check: Check) -> Check:
        add(Rule(id, title, severity, why, example, cure, on, final, policy, check))
        return check

    return register


def add(new: Rule) -> None:
    """Put a rule into the catalogue. Raises ValueError if its id is taken or its subject unknown."""
    if new.on not in SUBJECTS:
        raise ValueError(f"rule {new.id} is about {new.on!r}, which is no kind of content")
    if new.id in _RULES:
        raise ValueError(f"rule {new.id} is defined twice")
    _RULES[new.id] = new


def families() -> list[str]:
    """The files of this folder, below `storypack.checks`: each may hold rules."""
    here = Path(__file__).parent
    folders = {"": here, "searches.": here / "searches"}
    return [f"{start}{file.name}" for start, folder in folders.items() for file in iter_modules([str(folder)])]


def rules() -> dict[str, Rule]:
    """All rules by id, in the order of their ids. Raises PluginError for a package whose rules cannot be had."""
    for family in families():
        import_module(f"storypack.checks.{family}")
    for point in plugins.offered(plugins.RULES):
        plugins.load(point)
    return dict(sorted(_RULES.items()))
