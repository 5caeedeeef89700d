"""Applying the rules about searches to every text of the pack: what is known from an earlier run is not done again,
and the rest on all processors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from storypack.checks import cache
from storypack.checks.catalogue import Context, Fault, Faults, Rule, first_of, rules
from storypack.checks.searches.asked import Answers, tracked
from storypack.checks.searches.reading import readings
from storypack.checks.searches.world import World, world_of
from storypack.issue import Issue
from storypack.pack.models.base import Content, Model
from storypack.pack.pack import Entry
from storypack.pack.source import KeyPath, path_text
from storypack.store import Store, digest

FILE = "searches.json"
ENOUGH = 60  # searches that are worth a second process
_CHUNK = 20

# One object's search texts, checked: its issues as rows, and the answers that they rest on.
Checked = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Plan:
    """What is to be done for the searches of a pack: `known` from an earlier run, by file, and `chunks` to check."""

    context: Context
    world: World
    entries: list[Entry[Model]]
    store: Store | None
    kept: dict[str, Any]
    known: dict[str, Checked]
    chunks: list[list[Entry[Model]]]
    others: dict[str, Any]
    """What is kept of files that are not asked about."""

    @property
    def tasks(self) -> list[Callable[[], list[Checked]]]:
        """The checks, a task for each chunk."""
        return [partial(_check_some, chunk, self.world) for chunk in self.chunks]

    def issues(self, results: Sequence[list[Checked]]) -> list[Issue]:
        """What is wrong with the searches, from the results of the tasks; kept for the next run if there is a store."""
        todo = list(chain.from_iterable(self.chunks))
        checked = zip(todo, chain.from_iterable(results), strict=True)
        known = {**self.known, **{entry.path: found for entry, found in checked}}
        unread = self.context.pack.unread
        asked = unread is not None and unread.asked  # then nothing that was learnt counts
        if self.store and not asked and (todo or len(self.kept) != len(self.entries) + len(self.others)):
            self.store.save(FILE, {**self.others, **known})
        return [cache.issue_of(row) for entry in self.entries for row in known[entry.path]["issues"]]


def plan(context: Context, store: Store | None = None, only: Collection[str] | None = None) -> Plan:
    """What there is to do for the searches of a pack, or of these files of it."""
    world = world_of(context)
    answers = Answers(world)
    entries: list[Entry[Model]] = [entry for entry in context.pack.with_searches if only is None or entry.path in only]
    kept = store.load(FILE) if store else {}
    known = {entry.path: found for entry in entries if (found := _usable(kept.get(entry.path), entry, answers))}
    todo = [entry for entry in entries if entry.path not in known]
    size = _CHUNK if len(todo) >= ENOUGH else max(len(todo), 1)
    chunks = [todo[start : start + size] for start in range(0, len(todo), size)]
    others = {path: found for path, found in kept.items() if only is not None and path not in only}
    return Plan(context, world, entries, store, kept, known, chunks, others)


def _usable(found: object, entry: Entry[Model], answers: Answers) -> Checked | None:
    """What an earlier run found, if the file and all that it refers to is what it was then."""
    if not isinstance(found, dict) or found.get("text") != digest(entry.path, entry.basis):
        return None
    rows = found.get("issues")
    if not isinstance(rows, list) or not answers.are_current(found):
        return None
    try:
        for row in rows:
            cache.issue_of(row)
    except ValueError:
        return None
    return found


def _check_some(entries: Sequence[Entry[Model]], world: World) -> list[Checked]:
    active = [rule for rule in rules().values() if rule.on == "spl"]
    answers = Answers(world)
    found: list[Checked] = []
    for entry in entries:
        noted, asked = tracked(world)
        rows = [cache.row_of(issue) for issue in issues_of_entry(entry, noted, active)]
        text = digest(entry.path, entry.basis)
        found.append({"text": text, "issues": rows, **answers.to(asked)})
    return found


def issues_of_entry(entry: Entry[Model], world: World, active: list[Rule]) -> Iterator[Issue]:
    """What is wrong with the searches of one object. The same thing said twice of one place is said once."""
    if not isinstance(entry.model, Content):
        return
    for reading in readings(entry.model, world):
        for rule in active:
            assert rule.check is not None
            found = rule.check(reading, world)
            if (first := next(found, None)) is not None:  # most rules find nothing in most searches
                for fault in first_of(_unlike(chain([first], found))):
                    yield _issue(rule, fault, entry)


def _unlike(faults: Iterable[Fault]) -> Faults:
    """The faults without those that say the same of the same place."""
    seen: set[tuple[str, int | None]] = set()
    for fault in faults:
        if (said := (fault.message, fault.offset)) not in seen:
            seen.add(said)
            yield fault


def _issue(rule: Rule, fault: Fault, entry: Entry[Model]) -> Issue:
    path: KeyPath = tuple(int(part) if part.isdigit() else part for part in fault.key.split("."))
    place = entry.at(*path, offset=fault.offset)
    return Issue(rule.id, fault.severity or rule.severity, fault.message, place, path_text(path), fault.cure)
