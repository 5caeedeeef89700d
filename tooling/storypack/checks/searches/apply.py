"""Applying the rules about searches to every text of the pack: what is known from an earlier run is not done again,
and the rest on all processors."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from typing import Any

from storypack.checks import cache
from storypack.checks.catalogue import Context, Fault, Rule, rules
from storypack.checks.searches.asked import Answers, tracked
from storypack.checks.searches.reading import readings
from storypack.checks.searches.world import World, world_of
from storypack.issue import Issue
from storypack.pack.models import Baseline, Detection, Investigation
from storypack.pack.models.base import Content, Model
from storypack.pack.pack import Entry
from storypack.pack.source import KeyPath, path_text

FILE = "searches.json"
ENOUGH = 60  # searches that are worth a second process
_CHUNK = 20

_WITH_SEARCHES = (Detection, Baseline, Investigation)

# One object's search texts, checked: its issues as rows, and the answers that they rest on.
Checked = dict[str, Any]


def search_issues(context: Context, *, use_cache: bool = False) -> list[Issue]:
    """What is wrong with the searches of the pack."""
    world = world_of(context)
    answers = Answers(world)
    entries = [
        entry for entry in context.pack.entries() if isinstance(entry.model, Detection | Baseline | Investigation)
    ]
    kept = cache.load(context.root, FILE) if use_cache else {}
    known: dict[str, Checked] = {}
    for entry in entries:
        found = _usable(kept.get(entry.path), entry, answers)
        if found is not None:
            known[entry.path] = found
    todo = [entry for entry in entries if entry.path not in known]
    for entry, found in zip(todo, _check_all(todo, world), strict=True):
        known[entry.path] = found
    if use_cache and (todo or len(kept) != len(entries)):
        cache.save(context.root, FILE, known)
    return [cache.issue_of(row) for entry in entries for row in known[entry.path]["issues"]]


def _usable(found: object, entry: Entry[Model], answers: Answers) -> Checked | None:
    """What an earlier run found, if the file and all that it refers to is what it was then."""
    if not isinstance(found, dict) or found.get("text") != cache.digest(entry.path, entry.source.text):
        return None
    rows = found.get("issues")
    if not isinstance(rows, list) or not answers.still(found):
        return None
    try:
        for row in rows:
            cache.issue_of(row)
    except ValueError:
        return None
    return found


_job: tuple[Sequence[Entry[Model]], World] | None = None  # what forked processes work on


def _check_all(entries: Sequence[Entry[Model]], world: World) -> list[Checked]:
    """Check these objects, on all processors when there is enough to do."""
    global _job
    workers = min(_processors(), len(entries) // ENOUGH + 1)
    if workers > 1 and "fork" in multiprocessing.get_all_start_methods():
        _job = (entries, world)
        starts = range(0, len(entries), _CHUNK)
        try:
            with multiprocessing.get_context("fork").Pool(workers) as pool:
                return [found for chunk in pool.imap(_check_chunk, starts) for found in chunk]
        except OSError:
            pass  # no further processes here: then in this one
        finally:
            _job = None
    return _check_some(entries, world)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _check_chunk(start: int) -> list[Checked]:
    assert _job is not None
    entries, world = _job
    return _check_some(entries[start : start + _CHUNK], world)


def _check_some(entries: Sequence[Entry[Model]], world: World) -> list[Checked]:
    active = [rule for rule in rules().values() if rule.on == "spl"]
    answers = Answers(world)
    found: list[Checked] = []
    for entry in entries:
        noted, asked = tracked(world)
        rows = [cache.row_of(issue) for issue in issues_of_entry(entry, noted, active)]
        text = cache.digest(entry.path, entry.source.text)
        found.append({"text": text, "issues": rows, **answers.to(asked)})
    return found


def issues_of_entry(entry: Entry[Model], world: World, active: list[Rule]) -> Iterator[Issue]:
    """What is wrong with the searches of one object. The same thing said twice of one place is said once."""
    if not isinstance(entry.model, Content):
        return
    for reading in readings(entry.model, world):
        seen: set[tuple[str, str, int | None]] = set()
        for rule in active:
            assert rule.check is not None
            for fault in rule.check(reading, world):
                if (said := (rule.id, fault.message, fault.offset)) not in seen:
                    seen.add(said)
                    yield _issue(rule, fault, entry)


def _issue(rule: Rule, fault: Fault, entry: Entry[Model]) -> Issue:
    path: KeyPath = tuple(int(part) if part.isdigit() else part for part in fault.key.split("."))
    place = entry.source.location(path, fault.offset)
    return Issue(rule.id, rule.severity, fault.message, place, path_text(path), fault.cure)
